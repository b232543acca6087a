#include "prepare/source_options.h"

#include "base/error.h"
#include "base/text.h"
#include "store/manifest.h"

namespace jetvit {

std::optional<std::filesystem::path> SourceOptions::store() const {
  for (const std::string& name : inputs.any) {
    if (!is_store(name)) continue;
    InputNames others = inputs;
    std::erase(others.any, name);
    if (!others.empty() || inputs.any.size() > 1)
      throw Error(text(printable(name), ": is a jet store (it cannot be combined with other inputs)"));
    return name;
  }
  return std::nullopt;
}

std::string SourceOptions::name() const {
  if (!inputs.any.empty()) return inputs.any.front();
  for (const auto& names : inputs.of_split) {
    if (!names.empty()) return names.front();
  }
  return "";
}

std::string SourceOptions::name(Split split) const {
  const auto& names = inputs.of_split[static_cast<std::size_t>(split)];
  return names.empty() ? name() : names.front();
}

SourceOptions absolute(SourceOptions options) {
  const auto make_absolute = [](std::vector<std::string>& names) {
    for (std::string& name : names) name = std::filesystem::absolute(name).lexically_normal();
  };
  make_absolute(options.inputs.any);
  for (auto& names : options.inputs.of_split) make_absolute(names);
  return options;
}

Json to_json(const SourceOptions& options) {
  const InputNames& inputs = options.inputs;
  const ReadOptions& read = options.read;
  Json json = {{"data", inputs.any}};
  for (const Split split : kSplits) {
    const auto& names = inputs.of_split[static_cast<std::size_t>(split)];
    if (!names.empty()) json[std::string(split_name(split))] = names;
  }
  if (inputs.rule) json["split_rule"] = split_rule_name(*inputs.rule);
  json["allow_trained"] = inputs.allow_trained;
  json["validation_share"] = inputs.shares.validation;
  json["test_share"] = inputs.shares.test;
  json["label_column"] = read.label_column;
  if (!read.weight_column.empty()) json["weight_column"] = read.weight_column;
  if (read.any_label) json["positive_label"] = read.positive_label;
  if (!read.class_names.empty()) json["class_names"] = read.class_names;
  json["layout"] = read.layout;
  json["shape"] = read.shape;
  return json;
}

SourceOptions source_options_from_json(const Json& json) {
  SourceOptions options;
  json.at("data").get_to(options.inputs.any);
  for (const Split split : kSplits) {
    const std::string name(split_name(split));
    if (json.contains(name)) json.at(name).get_to(options.inputs.of_split[static_cast<std::size_t>(split)]);
  }
  if (json.contains("split_rule")) {
    options.inputs.rule = split_rule_from_name(json.at("split_rule").get<std::string>());
  }
  if (json.contains("allow_trained")) {
    json.at("allow_trained").get_to(options.inputs.allow_trained);
  } else {  // a run of an earlier version, which knew no identities
    options.inputs.rule = SplitRule::kFileAndRow;
    options.inputs.allow_trained = true;
  }
  json.at("validation_share").get_to(options.inputs.shares.validation);
  json.at("test_share").get_to(options.inputs.shares.test);
  json.at("label_column").get_to(options.read.label_column);
  options.read.weight_column = json.value("weight_column", "");
  options.read.any_label = json.contains("positive_label");
  if (options.read.any_label) json.at("positive_label").get_to(options.read.positive_label);
  if (json.contains("class_names")) json.at("class_names").get_to(options.read.class_names);
  json.at("layout").get_to(options.read.layout);
  json.at("shape").get_to(options.read.shape);
  return options;
}

}  // namespace jetvit
