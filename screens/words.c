#include "screens/words.h"

#include <string.h>

#include "installer/base/digest.h"
#include "installer/base/memory.h"

// clang-format off
static const char *const words[] = {
	"acid", "acorn", "actor", "agent", "alarm", "album", "alert", "alien", "amber",
	"angle", "ankle", "apple", "apron", "arena", "arrow", "atlas", "attic", "audio",
	"bacon", "badge", "baker", "bamboo", "banana", "banjo", "barn", "basil", "basket",
	"beach", "bean", "beard", "beast", "bell", "bench", "bike", "bird", "blade",
	"blanket", "blend", "blood", "bloom", "board", "boat", "bolt", "bone", "book", "boot",
	"border", "bottle", "bowl", "brain", "branch", "bread", "brick", "bridge", "broom",
	"brush", "bucket", "bus", "butter", "button", "cabin", "cable", "cactus", "cake",
	"camel", "camera", "candle", "canoe", "canvas", "carbon", "card", "carpet", "carrot",
	"castle", "cat", "cave", "cedar", "cello", "chain", "chair", "chalk", "cheese",
	"chest", "circle", "clam", "clock", "cloud", "clown", "coal", "coast", "coat",
	"cobra", "cocoa", "coffee", "coin", "comet", "copper", "coral", "corn", "cotton",
	"couch", "cousin", "crab", "crane", "crater", "cream", "creek", "cricket", "crown",
	"crumb", "cup", "curtain", "dagger", "dance", "deer", "denim", "desert", "desk",
	"diamond", "dinner", "diver", "dock", "doctor", "dog", "dolphin", "door", "dragon",
	"drain", "dress", "drill", "drum", "duck", "dust", "eagle", "earth", "echo", "eel",
	"elbow", "elephant", "engine", "fabric", "falcon", "farm", "feather", "fence", "fern",
	"ferret", "field", "film", "finger", "fire", "fish", "flag", "flame", "flint",
	"flood", "floor", "flower", "flute", "foam", "fog", "forest", "fork", "fossil", "fox",
	"frame", "frost", "fruit", "garden", "garlic", "gate", "ghost", "giant", "ginger",
	"giraffe", "glass", "globe", "glove", "goat", "gold", "goose", "grape", "grass",
	"gravel", "guitar", "hammer", "harbor", "hat", "hawk", "helmet", "heron", "hill",
	"horse", "hotel", "house", "ice", "igloo", "insect", "iron", "island", "jacket",
	"jaguar", "juice", "jungle", "kettle", "kitchen", "kite", "knife", "ladder", "lake",
	"lamp", "lantern", "laptop", "leaf", "lemon", "lettuce", "light", "lion", "lobster",
	"lock", "lunch", "magnet", "mango", "maple", "marble", "market", "mask", "meadow",
	"melon", "metal", "mirror", "moon", "moss", "motor", "mouse", "mule", "music", "nail",
	"needle", "nest", "nickel", "oak", "oat", "ocean", "olive", "onion", "orange",
	"orbit", "organ", "otter", "owl", "paint", "panda", "panel", "paper", "parrot",
};
// clang-format on

_Static_assert(LENGTH(words) == 256, "a byte chooses a word");

const char *words_word(unsigned char number)
{
	return words[number];
}

int words_suggest(struct secret *secret, struct error *err)
{
	unsigned char random[SUGGESTED_WORDS];
	int rc = digest_random(random, sizeof(random), err);

	secret_cut(secret, 0);
	for (size_t i = 0; i < sizeof(random) && rc == 0; i++) {
		const char *word = words[random[i]];

		rc = i ? secret_append(secret, " ", 1, err) : 0;
		if (rc == 0)
			rc = secret_append(secret, word, strlen(word), err);
	}
	explicit_bzero(random, sizeof(random));
	return rc;
}
