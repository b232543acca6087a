#include "base/toml.h"

#include <toml++/toml.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

Json to_json(const toml::node& node, const std::string& name) {
  if (const auto* table = node.as_table()) {
    Json out = Json::object();
    for (const auto& [key, value] : *table) out[std::string(key.str())] = to_json(value, name);
    return out;
  }
  if (const auto* array = node.as_array()) {
    Json out = Json::array();
    for (const auto& value : *array) out.push_back(to_json(value, name));
    return out;
  }
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_boolean()) return value->get();
  throw UsageError(text(name, ": line ", node.source().begin.line, ": dates and times have no meaning here"));
}

}  // namespace

Json parse_toml(const std::string& document, const std::string& name) {
  try {
    return to_json(toml::parse(document), name);
  } catch (const toml::parse_error& error) {
    throw UsageError(text(name, ": line ", error.source().begin.line, ", column ", error.source().begin.column, ": ",
                          printable(error.description())));
  }
}

Json read_toml(const std::filesystem::path& path) {
  return parse_toml(read_text_file(path, 1 << 20), path);
}

void apply_override(Json& tree, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(
        text("--set ", printable(assignment), ": is not of the form key=value (for example train.lr=3e-4)"));
  }
  const std::string value = assignment.substr(equals + 1);
  Json parsed;
  try {
    parsed = parse_toml(text("value = ", value, "\n"), "--set").at("value");
  } catch (const UsageError&) {
    parsed = value;
  }
  Json* place = &tree;
  std::string key = assignment.substr(0, equals);
  for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.')) {
    place = &(*place)[key.substr(0, dot)];
    if (!place->is_object() && !place->is_null())
      throw UsageError(text("--set ", printable(assignment), ": no such table"));
    key.erase(0, dot + 1);
  }
  (*place)[key] = parsed;
}

}  // namespace jetvit
