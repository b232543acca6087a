#include "base/options.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace jetvit {

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

namespace options_detail {

void wrong_type(const std::string& key, const Json& value, const char* wanted) {
  throw UsageError(text(key, " = ", printable(json_text(value)), " is not ", wanted));
}

void unknown_key(const std::string& prefix, const std::string& key, const std::vector<std::string>& known) {
  const std::string near = nearest_word(key, known);
  throw UsageError(
      text("unknown key \"", printable(prefix + key), "\"",
           near.empty() ? text(" (known: ", join(known, ", "), ")") : text(" (did you mean \"", prefix, near, "\"?)")));
}

void check(const std::string& key, double value, const Range& range) {
  if (!(value >= range.low && value <= range.high)) {
    throw OptionError(key, text(key, " = ", value, " is out of range (", describe(range), ")"));
  }
}

void check(const std::string& key, const std::string& value, const OneOf& words) {
  if (std::find(words.choices.begin(), words.choices.end(), value) == words.choices.end()) {
    throw UsageError(text(key, " = \"", printable(value), "\" is not one of ", join(words.choices, ", ")));
  }
}

std::string describe(const Range& range) {
  if (std::isinf(range.high)) return text("from ", range.low);
  if (std::isinf(range.low)) return text("up to ", range.high);
  return text(range.low, " to ", range.high);
}

std::string describe(const OneOf& words) {
  return join(words.choices, ", ");
}

void get(const std::string& key, const Json& json, bool& value) {
  if (!json.is_boolean()) wrong_type(key, json, "true or false");
  value = json.get<bool>();
}

void get(const std::string& key, const Json& json, std::int64_t& value) {
  if (!json.is_number_integer()) wrong_type(key, json, "a whole number");
  value = json.get<std::int64_t>();
}

void get(const std::string& key, const Json& json, int& value) {
  std::int64_t wide = 0;
  get(key, json, wide);
  if (wide != static_cast<int>(wide)) wrong_type(key, json, "a 32-bit whole number");
  value = static_cast<int>(wide);
}

void get(const std::string& key, const Json& json, double& value) {
  if (!json.is_number()) wrong_type(key, json, "a number");
  value = json.get<double>();
}

void get(const std::string& key, const Json& json, std::string& value) {
  if (!json.is_string()) wrong_type(key, json, "a string");
  value = json.get<std::string>();
}

}  // namespace options_detail

Json parse_json(const std::string& document, const std::string& what, std::size_t limit, int depth) {
  if (document.size() > limit) throw Error(text(what, ": JSON of ", document.size(), " bytes (limit ", limit, ")"));
  int nesting = 0;
  bool in_string = false;
  bool escaped = false;
  // Nesting is checked before parsing, because copying or dumping a deep tree recurses.
  for (const char c : document) {
    if (in_string) {
      in_string = escaped || c != '"';
      escaped = !escaped && c == '\\';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++nesting > depth) throw Error(text(what, ": JSON nested deeper than ", depth, " levels"));
    } else if (c == '}' || c == ']') {
      --nesting;
    }
  }
  try {
    return Json::parse(document);
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(what, ": is not valid JSON (", printable(error.what()), ")"));
  }
}

}  // namespace jetvit
