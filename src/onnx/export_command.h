#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/options.h"
#include "onnx/exported_graph.h"

namespace jetvit::onnx {

// What `jetvit export` is asked for.
struct ExportCommand {
  std::filesystem::path model;  // run folder or checkpoint
  std::string format;           // "onnx" or "safetensors"
  std::filesystem::path output;
  bool overwrite = false;
};

// What an export wrote.
struct ExportSummary {
  std::string format;
  std::filesystem::path output;
  std::filesystem::path card;  // the model card, Markdown, beside it
  std::uint64_t bytes = 0;     // of the output
  std::string model_name;
  std::string weights_sha256;       // weights_digest()
  std::optional<GraphCheck> check;  // onnx alone
};

// {"format", "output", "card", "bytes", "model", "weights_sha256", "check": {"jets", "image_difference",
// "logit_difference"} or null}
Json to_json(const ExportSummary& summary);

// Writes a trained model for other programs: as ONNX with its preparation inside (export_graph()), or its weights as
// safetensors under timm's names. Both say in their metadata what the model is (model_metadata()). A model card is
// written beside the output, named like it with ".md" at the end. Throws UsageError for an unknown format or the suffix
// of another format, Error where an output exists and may not be replaced, and what load_trained_model() and
// export_graph() throw.
ExportSummary run_export(const ExportCommand& command);

}  // namespace jetvit::onnx
