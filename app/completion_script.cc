#include "app/completion_script.h"

#include <vector>

#include "base/text.h"

namespace jetvit {
namespace {

// A word for any of the three shells, in single quotes. A quote within them is left out and written with a backslash.
std::string shell_quoted(std::string_view words) {
  std::string out = "'";
  for (const char letter : words) {
    if (letter == '\'') {
      out += "'\\''";
    } else {
      out += letter;
    }
  }
  return out + "'";
}

std::string shell_words(const std::vector<std::string>& words) {
  std::vector<std::string> each;
  for (const std::string& word : words) each.push_back(shell_quoted(word));
  return join(each, " ");
}

std::vector<std::string> names_of(const std::vector<CommandOutline>& commands) {
  std::vector<std::string> names;
  for (const CommandOutline& command : commands) names.push_back(command.name());
  return names;
}

// What may stand in place of a command's positional arguments: its commands, those of the program where a COMMAND is
// expected, or choices. Empty: file names.
std::vector<std::string> words_of(const CommandOutline& program, const CommandOutline& command) {
  if (!command.commands.empty()) return names_of(command.commands);
  if (command.positionals.empty()) return {};
  const OptionOutline& first = command.positionals.front();
  return first.names.front() == "COMMAND" ? names_of(program.commands) : first.choices;
}

// The paths of all commands, as patterns of bash and zsh: 'jetvit train'|'jetvit bench load'
std::string paths_pattern(const CommandOutline& program) {
  std::vector<std::string> paths;
  for (const CommandOutline* command : flatten(program)) {
    if (command != &program) paths.push_back(shell_quoted(command->path));
  }
  return join(paths, "|");
}

// The lines of a `case "$command $previous"` that set `choices`.
std::string choice_cases(const CommandOutline& program) {
  std::string out;
  for (const CommandOutline* command : flatten(program)) {
    for (const OptionOutline& option : command->options) {
      if (option.choices.empty()) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names) patterns.push_back(shell_quoted(text(command->path, " ", name)));
      out += text("    ", join(patterns, "|"), ") choices=(", shell_words(option.choices), ") ;;\n");
    }
  }
  return out;
}

}  // namespace

std::string bash_completion(const CommandOutline& program) {
  const std::string name = program.name();
  std::string cases;
  for (const CommandOutline* command : flatten(program)) {
    std::vector<std::string> options;
    for (const OptionOutline& option : command->options) {
      options.insert(options.end(), option.names.begin(), option.names.end());
    }
    cases += text("    ", shell_quoted(command->path), ") options=(", shell_words(options), "); words=(",
                  shell_words(words_of(program, *command)), ") ;;\n");
  }
  return text("# Completion of ", name, " for bash: source <(", name, " completion bash)\n_", name,
              "() {\n"
              "  local word=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" index\n"
              "  local command='",
              name,
              "'\n"
              "  local -a options words choices\n"
              "  # Bash takes --option=value for three words.\n"
              "  if [[ $word == = ]]; then word=''\n"
              "  elif [[ $previous == = ]]; then previous=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi\n"
              "  for ((index = 1; index < COMP_CWORD; index++)); do\n"
              "    case \"$command ${COMP_WORDS[index]}\" in\n      ",
              paths_pattern(program),
              ") command+=\" ${COMP_WORDS[index]}\" ;;\n"
              "    esac\n"
              "  done\n"
              "  case \"$command\" in\n",
              cases,
              "  esac\n"
              "  case \"$command $previous\" in\n",
              choice_cases(program),
              "  esac\n"
              "  if ((${#choices[@]})); then words=(\"${choices[@]}\")\n"
              "  elif [[ $word == -* ]]; then words=(\"${options[@]}\"); fi\n"
              "  # Without words, -o default completes file names.\n"
              "  COMPREPLY=()\n"
              "  if ((${#words[@]})); then mapfile -t COMPREPLY < <(compgen -W \"${words[*]}\" -- \"$word\"); fi\n"
              "}\n"
              "complete -o default -F _",
              name, " ", name, "\n");
}

std::string zsh_completion(const CommandOutline& program) {
  const std::string name = program.name();
  const auto described = [](const std::string& word, const std::string& help) {
    return shell_quoted(help.empty() ? word : text(word, ":", help));
  };
  std::string cases;
  for (const CommandOutline* command : flatten(program)) {
    std::vector<std::string> options, words;
    for (const OptionOutline& option : command->options) {
      for (const std::string& one : option.names) options.push_back(described(one, option.help));
    }
    const std::vector<CommandOutline>& shown = command->commands.empty() ? program.commands : command->commands;
    for (const std::string& word : words_of(program, *command)) {
      std::string help;
      for (const CommandOutline& one : shown) {
        if (one.name() == word) help = one.purpose;
      }
      words.push_back(described(word, help));
    }
    cases += text("    ", shell_quoted(command->path), ")\n      options=(", join(options, " "), ")\n      entries=(",
                  join(words, " "), ") ;;\n");
  }
  return text("#compdef ", name, "\n# Completion of ", name, " for zsh: source <(", name, " completion zsh)\n_", name,
              "() {\n"
              "  local previous=\"${words[CURRENT-1]}\" command='",
              name,
              "' one current=\"${words[CURRENT]}\"\n"
              "  local -a before=(\"${(@)words[2,CURRENT-1]}\") options choices\n"
              "  for one in \"${before[@]}\"; do\n"
              "    case \"$command $one\" in\n      (",
              paths_pattern(program),
              ") command+=\" $one\" ;;\n"
              "    esac\n"
              "  done\n"
              "  local -a entries\n"
              "  case \"$command\" in\n",
              cases,
              "  esac\n"
              "  case \"$command $previous\" in\n",
              choice_cases(program),
              "  esac\n"
              "  if (( $#choices )); then compadd -a choices\n"
              "  elif [[ $current == -* ]]; then _describe -o option options\n"
              "  elif (( $#entries )); then _describe command entries\n"
              "  else _files; fi\n"
              "}\n"
              "if [[ $funcstack[1] == _",
              name, " ]]; then _", name, " \"$@\"; else compdef _", name, " ", name, "; fi\n");
}

std::string fish_completion(const CommandOutline& program) {
  const std::string name = program.name();
  std::vector<std::string> paths;
  for (const CommandOutline* command : flatten(program)) {
    if (command != &program) paths.push_back(shell_quoted(command->path));
  }
  std::string out = text("# Completion of ", name, " for fish: ", name, " completion fish | source\nfunction __", name,
                         "_command\n"
                         "  set -l command ",
                         name,
                         "\n"
                         "  for word in (commandline -opc)[2..-1]\n"
                         "    if contains -- \"$command $word\" ",
                         join(paths, " "),
                         "\n"
                         "      set command \"$command $word\"\n"
                         "    end\n"
                         "  end\n"
                         "  echo $command\n"
                         "end\n"
                         "complete -c ",
                         name, " -e\n");
  for (const CommandOutline* command : flatten(program)) {
    const std::string start =
        text("complete -c ", name, " -n ", shell_quoted(text("test (__", name, "_command) = \"", command->path, "\"")));
    if (!command->commands.empty()) {
      for (const CommandOutline& one : command->commands) {
        out += text(start, " -f -a ", one.name(), " -d ", shell_quoted(one.purpose), "\n");
      }
    } else if (const auto words = words_of(program, *command); !words.empty()) {
      out += text(start, " -f -a ", shell_quoted(join(words, " ")), "\n");
    }
    for (const OptionOutline& option : command->options) {
      out += start;
      for (const std::string& one : option.names) {
        out += one.starts_with("--") ? text(" -l ", one.substr(2)) : text(" -s ", one.substr(1));
      }
      if (!option.choices.empty()) {
        out += text(" -x -a ", shell_quoted(join(option.choices, " ")));
      } else if (option.takes_value) {
        out += " -r";
      }
      out += text(" -d ", shell_quoted(option.help), "\n");
    }
  }
  return out;
}

}  // namespace jetvit
