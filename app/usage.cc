#include "app/usage.h"

#include <utility>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// The command that was named last, as far as it is known, and its path: "jetvit bench load".
std::pair<const CLI::App*, std::string> named_command(const CLI::App& program) {
  const CLI::App* command = &program;
  std::string path = program.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path += " " + command->get_name();
  }
  return {command, path};
}

// The first word that no definition expects; empty where there is none.
std::string unknown_word(const CLI::App& program) {
  for (const std::string& word : program.remaining(/*recurse=*/true)) {
    if (word != "--") return word;
  }
  return {};
}

bool looks_like_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

std::string did_you_mean(const std::string& word) {
  return word.empty() ? "" : text(" (did you mean \"", word, "\"?)");
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return text("unknown command \"", printable(word), "\"", did_you_mean(nearest_word(word, names)));
}

// word: "--thread" or "--thread=4"
std::string unknown_option(const CLI::App& app, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    for (const std::string& one : option->get_lnames()) known.push_back(one);
  }
  // Without the dashes, which every name has. Of one letter, every short name is as near as any other.
  const std::string near = name.starts_with("--") ? nearest_word(name.substr(2), known) : "";
  return text("unknown option \"", printable(name), "\"", did_you_mean(near.empty() ? "" : "--" + near));
}

}  // namespace

bool is_unknown_command(const CLI::App& program) {
  const std::string word = unknown_word(program);
  return !word.empty() && !looks_like_option(word) && !named_command(program).first->get_subcommands({}).empty();
}

std::string usage_message(const CLI::App& program, const CLI::ParseError& error) {
  const auto [command, path] = named_command(program);
  const bool lacks_command = !command->get_subcommands({}).empty();
  const std::string word = unknown_word(program);
  std::string mistake = one_line(error.what());  // it quotes words of the user
  if (looks_like_option(word)) {
    mistake = unknown_option(*command, word);
  } else if (!word.empty()) {
    mistake = lacks_command ? unknown_command(*command, word) : text("unexpected argument \"", printable(word), "\"");
  } else if (lacks_command && error.get_name() == "RequiredError") {
    mistake = "no command given";
  }
  return text(mistake, "\nFor the ", lacks_command ? "commands" : "options", ": ", path, " --help");
}

CLI::App& find_command(CLI::App& program, const std::vector<std::string>& words) {
  CLI::App* found = &program;
  for (const std::string& word : words) {
    CLI::App* next = nullptr;
    for (CLI::App* command : found->get_subcommands({})) {
      if (command->get_name() == word) next = command;
    }
    if (next == nullptr) throw UsageError(unknown_command(*found, word));
    found = next;
  }
  return *found;
}

}  // namespace jetvit
