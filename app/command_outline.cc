#include "app/command_outline.h"

#include <CLI/CLI.hpp>

namespace jetvit {
namespace {

// CLI11 shows the choices of IsMember in the name of the type, "TEXT:{auto,chw,hwc}", and nowhere else.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find(":{"), close = type.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return CLI::detail::split(type.substr(open + 2, close - open - 2), ',');
}

OptionOutline outline_of_option(const CLI::App& app, const CLI::Option& option) {
  const auto formatter = std::dynamic_pointer_cast<CLI::Formatter>(app.get_formatter());
  OptionOutline outline;
  if (option.get_positional()) {
    outline.names.push_back(option.get_name(/*positional=*/true));
    outline.usage = formatter->make_option_usage(&option);
  } else {
    for (const std::string& name : option.get_snames()) outline.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) outline.names.push_back("--" + name);
  }
  outline.value = CLI::detail::trim_copy(formatter->make_option_opts(&option));
  outline.help = option.get_description();
  outline.choices = choices_of(option);
  outline.takes_value = option.get_items_expected_max() > 0;
  return outline;
}

}  // namespace

CommandOutline outline_of(const CLI::App& app, const std::string& parent) {
  CommandOutline outline;
  outline.path = parent.empty() ? app.get_name() : parent + " " + app.get_name();
  outline.purpose = app.get_description();
  outline.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    (option->get_positional() ? outline.positionals : outline.options).push_back(outline_of_option(app, *option));
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    outline.commands.push_back(outline_of(*command, outline.path));
  }
  return outline;
}

std::vector<const CommandOutline*> flatten(const CommandOutline& outline) {
  std::vector<const CommandOutline*> all = {&outline};
  for (const CommandOutline& command : outline.commands) {
    for (const CommandOutline* one : flatten(command)) all.push_back(one);
  }
  return all;
}

}  // namespace jetvit
