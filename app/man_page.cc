#include "app/man_page.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "base/text.h"

namespace jetvit {
namespace {

// Plain text as roff: nothing in it is a request, and dashes and quotes come out as they are typed.
std::string escaped(std::string_view words) {
  std::string out;
  bool starts_line = true;
  for (const char letter : words) {
    if (starts_line && (letter == '.' || letter == '\'')) out += "\\&";
    starts_line = letter == '\n';
    switch (letter) {
      case '\\':
        out += "\\(rs";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '"':
        out += "\\(dq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

std::string bold(std::string_view words) {
  return text("\\fB", escaped(words), "\\fR");
}

std::string page_name(const CommandOutline& command) {
  std::string name = command.path;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

// A paragraph with a hanging tag.
std::string tagged(const std::string& tag, const std::string& words) {
  return text(".TP\n", tag, "\n", escaped(words), "\n");
}

std::string option_tag(const OptionOutline& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  return text(join(names, ", "), option.value.empty() ? "" : " ", escaped(option.value));
}

struct Footer {
  std::string prose, examples;
};

// Indented lines are examples, all others prose.
Footer split_footer(const std::string& footer) {
  Footer parts;
  std::istringstream lines(footer);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) {
      parts.examples += line.substr(2) + "\n";
    } else if (line != "Examples:" && line != "Example:") {
      parts.prose += line + "\n";
    }
  }
  return parts;
}

std::string section(const char* heading, const std::string& content) {
  return content.empty() ? "" : text(".SH ", heading, "\n", content);
}

// Without the blank lines around it, and with those within as breaks between paragraphs.
std::string paragraphs(const std::string& prose) {
  std::istringstream lines(prose);
  std::string out;
  bool breaks = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      breaks = true;
      continue;
    }
    out += text(breaks || out.empty() ? ".PP\n" : ".br\n", escaped(line), "\n");
    breaks = false;
  }
  return out;
}

}  // namespace

std::string man_page(const CommandOutline& command, const std::string& version) {
  const Footer footer = split_footer(command.footer);
  std::string title = page_name(command);
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char of) { return std::toupper(of); });
  std::string purpose = command.purpose;
  std::replace(purpose.begin(), purpose.end(), '\n', ' ');
  if (purpose.ends_with('.')) purpose.pop_back();
  std::string synopsis = bold(command.path);
  if (!command.options.empty()) synopsis += " [OPTIONS]";
  std::string arguments, options, commands;
  for (const OptionOutline& argument : command.positionals) {
    synopsis += " " + escaped(argument.usage);
    arguments += tagged(option_tag(argument), argument.help);
  }
  if (!command.commands.empty()) synopsis += " COMMAND";
  for (const OptionOutline& option : command.options) options += tagged(option_tag(option), option.help);
  for (const CommandOutline& one : command.commands) {
    commands += tagged(text(bold(one.name())), one.purpose);
  }
  return text(".TH ", escaped(title), " 1 \"\" \"jetvit ", escaped(version), "\" \"User Commands\"\n.nh\n.ad l\n",
              section("NAME", text(escaped(page_name(command)), " \\- ", escaped(purpose), "\n")),
              section("SYNOPSIS", synopsis + "\n"),
              section("DESCRIPTION", text(escaped(purpose), ".\n", paragraphs(footer.prose))),
              section("ARGUMENTS", arguments), section("COMMANDS", commands), section("OPTIONS", options),
              section("EXAMPLES", footer.examples.empty() ? "" : text(".nf\n", escaped(footer.examples), ".fi\n")),
              section("EXIT STATUS", text(tagged(bold("0"), "success"), tagged(bold("1"), "an error"),
                                          tagged(bold("2"), "a mistake on the command line or in a recipe"), ".TP\n",
                                          bold("128"), "+\\fIn\\fR\nstopped by signal \\fIn\\fR\n")));
}

}  // namespace jetvit
