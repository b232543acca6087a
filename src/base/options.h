#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"

// Options structs: plain structs whose fields are listed once, in a function
//
//   template <class Visitor> void visit_fields(Visitor& visit, ViTOptions& options) {
//     visit("patch_size", options.patch_size, "side of a patch in pixels", Range{1, 64});
//     visit("pool", options.pool, "token or mean", OneOf{"token", "mean"});
//   }
//
// which is found by argument-dependent lookup. Reading from JSON, writing to JSON and the help table all use that list.
// Field types: bool, int, std::int64_t, double, std::string, vectors of these, and nested options structs (no bounds).
namespace jetvit {

using Json = nlohmann::ordered_json;

// JSON as text, on one line or with `indent` spaces a level. Bytes that are not UTF-8, as names of files may have them,
// become U+FFFD, because JSON cannot hold them.
std::string json_text(const Json& json, int indent = -1);

// The number given for an option is not allowed, by itself or in combination with other options.
class OptionError : public UsageError {
 public:
  OptionError(std::string key, const std::string& problem) : UsageError(problem), key_(std::move(key)) {}
  const std::string& key() const { return key_; }  // with the prefix that messages use, if any

 private:
  std::string key_;
};

struct Range {  // inclusive
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct OneOf {
  OneOf(std::initializer_list<std::string> words) : choices(words) {}
  std::vector<std::string> choices;
};

struct OptionHelp {
  std::string key, value, range, meaning;  // nested keys as "optimizer.lr"
};

namespace options_detail {

[[noreturn]] void wrong_type(const std::string& key, const Json& value, const char* wanted);
[[noreturn]] void unknown_key(const std::string& prefix, const std::string& key, const std::vector<std::string>& known);
void check(const std::string& key, double value, const Range& range);
void check(const std::string& key, const std::string& value, const OneOf& words);
std::string describe(const Range& range);
std::string describe(const OneOf& words);

void get(const std::string& key, const Json& json, bool& value);
void get(const std::string& key, const Json& json, int& value);
void get(const std::string& key, const Json& json, std::int64_t& value);
void get(const std::string& key, const Json& json, double& value);
void get(const std::string& key, const Json& json, std::string& value);
template <class Item>
void get(const std::string& key, const Json& json, std::vector<Item>& values) {
  if (!json.is_array()) wrong_type(key, json, "a list");
  values.clear();
  for (const Json& item : json) {
    Item value{};
    get(key, item, value);
    values.push_back(value);
  }
}

template <class Value>
concept Leaf = std::is_arithmetic_v<Value> || std::same_as<Value, std::string> || requires {
  typename Value::value_type;
};

struct OptionReader {
  const Json& json;
  std::string prefix;
  std::vector<std::string> known;

  template <class Value, class... Bound>
  void operator()(const char* name, Value& value, const char* /*meaning*/, const Bound&... bound) {
    known.emplace_back(name);
    const auto found = json.find(name);
    if (found == json.end()) return;
    const std::string key = prefix + name;
    if constexpr (Leaf<Value>) {
      get(key, *found, value);
      if constexpr (std::is_arithmetic_v<Value>) {
        (check(key, static_cast<double>(value), bound), ...);
      } else if constexpr (std::same_as<Value, std::string>) {
        (check(key, value, bound), ...);
      } else {
        for (const auto& item : value) (check(key, item, bound), ...);
      }
    } else {
      if (!found->is_object()) wrong_type(key, *found, "a table");
      OptionReader nested{*found, key + ".", {}};
      visit_fields(nested, value);
      nested.refuse_unknown();
    }
  }

  void refuse_unknown() const {
    for (const auto& [key, value] : json.items()) {
      bool listed = false;
      for (const std::string& name : known) listed = listed || name == key;
      if (!listed) unknown_key(prefix, key, known);
    }
  }
};

struct Writer {
  Json json = Json::object();

  template <class Value, class... Bound>
  void operator()(const char* name, Value& value, const char* /*meaning*/, const Bound&... /*bound*/) {
    if constexpr (Leaf<Value>) {
      json[name] = value;
    } else {
      Writer nested;
      visit_fields(nested, value);
      json[name] = nested.json;
    }
  }
};

struct Helper {
  std::string prefix;
  std::vector<OptionHelp> rows;

  template <class Value, class... Bound>
  void operator()(const char* name, Value& value, const char* meaning, const Bound&... bound) {
    if constexpr (Leaf<Value>) {
      std::string range;
      ((range += describe(bound)), ...);
      rows.push_back({prefix + name, json_text(Json(value)), range, meaning});
    } else {
      Helper nested{prefix + name + ".", {}};
      visit_fields(nested, value);
      rows.insert(rows.end(), nested.rows.begin(), nested.rows.end());
    }
  }
};

struct RangeFinder {
  std::string_view key;
  Range found;

  template <class Value, class... Bound>
  void operator()(const char* name, Value& /*value*/, const char* /*meaning*/, const Bound&... bound) {
    if (key == name) (keep(bound), ...);
  }

  void keep(const Range& range) { found = range; }
  void keep(const OneOf& /*words*/) {}
};

}  // namespace options_detail

// Sets the fields that `json` contains. Throws UsageError for unknown keys (suggesting the closest known key), wrong
// types and values out of range. `prefix` ("model.") precedes keys in messages.
template <class Options>
void options_from_json(const Json& json, Options& options, const std::string& prefix = "") {
  options_detail::OptionReader reader{json, prefix, {}};
  visit_fields(reader, options);
  reader.refuse_unknown();
}

// All fields with their values.
template <class Options>
Json options_to_json(Options options) {
  options_detail::Writer writer;
  visit_fields(writer, options);
  return writer.json;
}

// Key, current value, range and meaning of every field, for --help and `jetvit describe`.
template <class Options>
std::vector<OptionHelp> options_help(Options options) {
  options_detail::Helper helper;
  visit_fields(helper, options);
  return helper.rows;
}

// The range of field `key`, or of the numbers in its list. Unbounded if the field has no range.
template <class Options>
Range option_range(Options options, std::string_view key) {
  options_detail::RangeFinder finder{key, {}};
  visit_fields(finder, options);
  return finder.found;
}

// Parses a JSON document from an untrusted source. Throws Error naming `what` if it is not JSON, larger than `limit`
// bytes, or nested deeper than `depth` levels.
Json parse_json(const std::string& document, const std::string& what, std::size_t limit = 64 << 20, int depth = 32);

}  // namespace jetvit
