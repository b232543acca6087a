#include "image_export/description.h"

#include "base/text.h"

namespace jetvit {

Json describe_options(const PictureOptions& options, const RawReader& reader, std::size_t batch) {
  const ImageShape& shape = reader.shape();
  Json channels = Json::array();
  for (const Channel& channel : channels_for(shape.channels)) {
    channels.push_back(
        {{"name", channel.name}, {"unit", channel.unit}, {"signed", channel.is_signed && !options.published}});
  }
  Json json = {{"format", "jetvit pictures"},
               {"version", 1},
               {"to", options.format == PictureFormat::kPng ? "png" : "tfrecord"},
               {"mode", options.published ? "published" : "standard"},
               {"values", options.as_floats ? "float32" : "uint8"},
               {"compression", options.gzip ? "gzip" : "none"},
               {"shape", {shape.channels, shape.height, shape.width}},
               {"channels", channels},
               {"class_names", reader.class_names()},
               {"zero_threshold", options.zero_threshold}};
  if (options.published) json["batch"] = batch;
  return json;
}

Json describe_sources(const RawReader& reader, const ReadSummary& summary) {
  Json sources = Json::array();
  for (std::size_t file = 0; file < reader.files().size(); ++file) {
    sources.push_back({{"file", reader.files()[file].string()},
                       {"rows", summary.rows_of_file[file]},
                       {"skipped", summary.skipped_of_file[file]}});
  }
  Json skipped = Json::array();
  for (const SkippedRow& row : summary.named) {
    skipped.push_back({{"file", reader.files()[row.file].string()}, {"row", row.row}, {"reason", row.reason}});
  }
  return {{"jets", summary.kept},
          {"sources", sources},
          {"skipped", summary.skipped},
          {"skipped_reasons", summary.reasons},
          {"skipped_rows", skipped}};
}

Json describe_statistics(const std::vector<Channel>& channels, const std::vector<ChannelStatistics>& of) {
  Json list = Json::array();
  for (std::size_t channel = 0; channel < of.size(); ++channel) {
    list.push_back({{"channel", channels[channel].name},
                    {"mean", of[channel].mean},
                    {"standard_deviation", of[channel].standard_deviation},
                    {"minimum", of[channel].minimum},
                    {"maximum", of[channel].maximum},
                    {"occupancy", of[channel].occupancy}});
  }
  return list;
}

}  // namespace jetvit
