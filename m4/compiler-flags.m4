# JEFE_ADD_FLAG(VARIABLE, FLAG): append FLAG to VARIABLE when the compiler takes it without a word.
AC_DEFUN([JEFE_ADD_FLAG], [
  AS_VAR_PUSHDEF([cache], [jefe_cv_flag_$2])
  AC_CACHE_CHECK([whether $CC accepts $2], [cache], [
    jefe_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[]], [[]])], [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
    CFLAGS=$jefe_saved_CFLAGS
  ])
  AS_VAR_IF([cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
  AS_VAR_POPDEF([cache])
])

# JEFE_COMPILER_FLAGS: the language, the warnings and the hardening of our own binaries.
AC_DEFUN([JEFE_COMPILER_FLAGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors (developers and CI)])])
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers], [AddressSanitizer and UndefinedBehaviorSanitizer])])

  WARN_CFLAGS=
  m4_foreach_w([flag], [-std=gnu17
      -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
      -Wold-style-definition -Wpointer-arith -Wwrite-strings -Wcast-qual -Wundef -Wvla -Walloca
      -Wswitch-enum -Wimplicit-fallthrough -Wconversion -Wno-sign-conversion -Wnull-dereference
      -Wdouble-promotion -Wredundant-decls -Wnested-externs -Wframe-larger-than=16384
      -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init -Wcast-align=strict
      -Wformat-overflow=2 -Wformat-truncation=2 -Wstringop-overflow=4 -Wuse-after-free=3 -Wtrampolines
      -Wcomma -Wconditional-uninitialized -Wunreachable-code-aggressive -Wassign-enum
      -Wmissing-variable-declarations -Wcast-align],
    [JEFE_ADD_FLAG([WARN_CFLAGS], flag)])
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])

  HARDEN_CFLAGS=
  HARDEN_LDFLAGS=
  AM_CONDITIONAL([SANITIZERS], [test "x$enable_sanitizers" = xyes])
  AS_IF([test "x$enable_sanitizers" = xyes], [
    HARDEN_CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
    HARDEN_LDFLAGS="-fsanitize=address,undefined"
  ], [
    m4_foreach_w([flag], [-fno-common -fstack-protector-strong -fstack-clash-protection
        -fcf-protection=full -fPIE -ftrivial-auto-var-init=zero],
      [JEFE_ADD_FLAG([HARDEN_CFLAGS], flag)])
    HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"
    m4_foreach([flag], [[-pie], [-Wl,-z,relro], [-Wl,-z,now], [-Wl,-z,noexecstack], [-Wl,-z,separate-code]],
      [JEFE_ADD_FLAG([HARDEN_LDFLAGS], m4_defn([flag]))])
  ])
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
])
