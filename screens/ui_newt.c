#include "screens/ui.h"

int main(int argc, char **argv)
{
	return ui_main(argc, argv, &frontend_newt);
}
