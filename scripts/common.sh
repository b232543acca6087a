# shellcheck shell=bash
# What the scripts of this folder share; each sources it from the project's root.
script=${0##*/}

say() { echo "$script: $*"; }
fail() { echo "$script: $*" >&2; exit 1; }
usage_error() { echo "scripts/$script: $* (see scripts/$script --help)" >&2; exit 2; }

# timed WHAT COMMAND...: says what begins, how long it took, and off a terminal every half minute that it still runs.
timed() {
  local what=$1 start=$SECONDS status=0 bell
  shift
  say "$what" >&2
  if [[ -t 2 ]]; then
    "$@" || status=$?
  else
    # The ticker ends when its input does: when this shell closes the pipe, or dies.
    exec {bell}> >(while read -rt 30; (($? > 128)); do say "still at it after $((SECONDS - start)) s" >&2; done)
    "$@" || status=$?
    exec {bell}>&-
  fi
  if ((status)); then say "failed after $((SECONDS - start)) s: $what" >&2; else say "done in $((SECONDS - start)) s" >&2; fi
  return "$status"
}

# Compilers run through ccache where there is one; cmake takes this up when it configures a folder for the first time.
if [[ -z ${CMAKE_CXX_COMPILER_LAUNCHER+set} ]] && command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
# Paths below the project count as relative, so that another clone finds what this one has compiled.
export CCACHE_BASEDIR=$PWD
# With these it also keeps what was compiled with precompiled headers (preset dev): no source of ours reads __TIME__, or
# a macro that the command line sets and a precompiled header uses.
export CCACHE_SLOPPINESS=pch_defines,time_macros

# configure PRESET [CMAKE ARGUMENTS...]
configure() { cmake --preset "$@" >/dev/null; }

# build FOLDER [TARGETS...]: in build/FOLDER, with ninja's own counter on a terminal and one line of it every half minute off it.
build() {
  local command=(cmake --build "build/$1" -j "$(nproc)")
  if (($# > 1)); then command+=(--target "${@:2}"); fi
  if [[ -t 1 ]]; then "${command[@]}"; else "${command[@]}" | thin_counter; fi
}

thin_counter() {
  local line next=$((SECONDS + 30))
  while IFS= read -r line; do
    if [[ $line =~ ^\[[0-9]+/[0-9]+\] ]]; then
      ((SECONDS >= next)) || continue
      next=$((SECONDS + 30))
    fi
    [[ $line == "ninja: no work to do." ]] || printf '%s\n' "$line"
  done
}
