#include "prepare/preparation.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "prepare/summary_json.h"

namespace jetvit {
namespace {

// The properties of images and files that all parts of a store share.
Json description(const ImageShape& shape, const std::vector<Channel>& channels,
                 const std::vector<std::string>& observer_names, const std::vector<std::string>& files) {
  Json of_channels = Json::array();
  for (const Channel& channel : channels) of_channels.push_back({channel.name, channel.unit, channel.is_signed});
  return {{"shape", {shape.channels, shape.height, shape.width}},
          {"channels", of_channels},
          {"observers", observer_names},
          {"files", files}};
}

}  // namespace

Preparation::Preparation(const ImageShape& shape, std::vector<Channel> channels)
    : shape_(shape),
      channels_(std::move(channels)),
      tally_{StatisticsAccumulator(shape), StatisticsAccumulator(shape)} {}

Preparation::Preparation(const JetReader& reader, double zero_threshold, SplitRule rule)
    : Preparation(reader.shape(), reader.channels()) {
  observer_names_ = reader.observer_names();
  class_names_ = reader.class_names();
  label_column_ = reader.label_column();
  weight_column_ = reader.weight_column();
  rule_ = rule;
  for (const auto& file : reader.files()) files_.push_back(file.string());
  zero_threshold_ = zero_threshold;
  summary_.rows_of_file.resize(files_.size());
  summary_.skipped_of_file.resize(files_.size());
}

Preparation::Tally Preparation::empty_tally() const {
  return {StatisticsAccumulator(shape_), StatisticsAccumulator(shape_)};
}

void Preparation::add(const Tally& tally) {
  tally_.training.merge(tally.training);
  tally_.others.merge(tally.others);
  tally_.negative_pixels += tally.negative_pixels;
}

void Preparation::append(const Preparation& other, std::size_t first, std::size_t last) {
  const auto describe = [](const Preparation& of) {
    return description(of.shape_, of.channels_, of.observer_names_, of.files_);
  };
  if (describe(*this) != describe(other)) throw Error("its images, observers or files differ");
  add(other.tally_);
  summary_.append(other.summary_, first, last);
}

Manifest Preparation::manifest() const {
  Manifest manifest;
  manifest.shape = shape_;
  manifest.channels = channels_;
  manifest.observer_names = observer_names_;
  manifest.class_names = class_names_;
  manifest.label_column = label_column_;
  manifest.weight_column = weight_column_;
  manifest.split_rule = rule_;
  manifest.has_identities = true;
  manifest.zero_threshold = zero_threshold_;
  manifest.negative_pixels = tally_.negative_pixels;
  manifest.statistics = tally_.training.jets() > 0 ? tally_.training.result() : tally_.others.result();
  for (std::size_t file = 0; file < files_.size(); ++file) {
    manifest.source_files.push_back({files_[file], summary_.rows_of_file[file], summary_.skipped_of_file[file]});
  }
  for (const SkippedRow& row : summary_.named) {
    manifest.skipped_rows.push_back({{"file", files_[row.file]}, {"row", row.row}, {"reason", row.reason}});
  }
  for (const auto& [reason, count] : summary_.reasons) manifest.skipped_reasons[reason] = count;
  return manifest;
}

Json Preparation::to_json() const {
  Json json = description(shape_, channels_, observer_names_, files_);
  json["class_names"] = class_names_;
  json["label_column"] = label_column_;
  json["weight_column"] = weight_column_;
  json["split_rule"] = split_rule_name(rule_);
  json["zero_threshold"] = zero_threshold_;
  json["negative_pixels"] = tally_.negative_pixels;
  json["training"] = tally_.training.to_json();
  json["others"] = tally_.others.to_json();
  json["summary"] = summary_to_json(summary_);
  return json;
}

Preparation Preparation::from_json(const Json& json) {
  const Json& sides = json.at("shape");
  const ImageShape shape{sides.at(0), sides.at(1), sides.at(2)};
  std::vector<Channel> channels;
  for (const Json& channel : json.at("channels")) channels.push_back({channel.at(0), channel.at(1), channel.at(2)});
  if (shape.channels != static_cast<int>(channels.size()) || shape.height < 1 || shape.width < 1) {
    throw Error("its shape does not match its channels");
  }
  Preparation out(shape, std::move(channels));
  out.observer_names_ = json.at("observers").get<std::vector<std::string>>();
  out.files_ = json.at("files").get<std::vector<std::string>>();
  json.at("class_names").get_to(out.class_names_);
  out.label_column_ = json.value("label_column", "");
  out.weight_column_ = json.value("weight_column", "");
  out.rule_ = split_rule_from_name(json.at("split_rule").get<std::string>());
  out.zero_threshold_ = json.at("zero_threshold");
  out.tally_ = {StatisticsAccumulator::from_json(json.at("training"), shape),
                StatisticsAccumulator::from_json(json.at("others"), shape),
                unsigned_from_json(json, "negative_pixels")};
  out.summary_ = summary_from_json(json.at("summary"), out.files_.size());
  return out;
}

}  // namespace jetvit
