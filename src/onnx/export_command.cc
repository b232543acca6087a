#include "onnx/export_command.h"

#include <utility>

#include "base/commit.h"
#include "base/error.h"
#include "base/replaced_file.h"
#include "base/text.h"
#include "compute/runtime.h"
#include "model/io/safetensors.h"
#include "model/io/tensor_output.h"
#include "model/io/weights.h"
#include "onnx/model_card.h"
#include "onnx/model_file.h"
#include "onnx/model_metadata.h"

namespace jetvit::onnx {
namespace {

constexpr const char* kOnnx = "onnx";
constexpr const char* kSafetensors = "safetensors";
constexpr const char* kExportMaker = "export";

bool is_our_model(const std::filesystem::path& path) {
  try {
    read_model_metadata(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void refuse_outputs(const ExportCommand& command, const std::filesystem::path& card) {
  const std::filesystem::path input = checkpoint_path(command.model);
  if (command.format == kOnnx) {
    refuse_file(command.output, command.overwrite, {"a model of jetvit export", is_our_model, {input}});
    refuse_foreign_suffix(command.output, "ONNX");
  } else if (command.format == kSafetensors) {
    refuse_tensor_file(command.output, command.overwrite, kExportMaker, {input});
  } else {
    throw UsageError(text("the format \"", printable(command.format), "\" is not one of onnx, safetensors"));
  }
  refuse_file(card, command.overwrite, {"a model card of jetvit export", is_model_card, {input}});
}

void write_weights(const ExportCommand& command, const Model& model, std::map<std::string, std::string> metadata) {
  metadata.merge(made_by(kExportMaker));
  write_safetensors(command.output, {named_weights(model), std::move(metadata)});
}

}  // namespace

Json to_json(const ExportSummary& summary) {
  Json check;
  if (summary.check) {
    check = {{"jets", summary.check->jets},
             {"image_difference", summary.check->image},
             {"logit_difference", summary.check->logit}};
  }
  return {{"format", summary.format},
          {"output", summary.output.string()},
          {"card", summary.card.string()},
          {"bytes", summary.bytes},
          {"model", summary.model_name},
          {"weights_sha256", summary.weights_sha256},
          {"check", check}};
}

ExportSummary run_export(const ExportCommand& command) {
  ExportSummary summary;
  summary.format = command.format;
  summary.output = command.output;
  summary.card = model_card_path(command.output);
  refuse_outputs(command, summary.card);
  initialize_runtime();
  const TrainedModel trained = load_trained_model(command.model);
  const auto metadata = model_metadata(trained);
  summary.model_name = trained.model_name;
  summary.weights_sha256 = metadata.at("jetvit.weights_sha256");
  OutputFile card(summary.card);
  if (command.format == kOnnx) {
    const ExportedGraph exported = export_graph(trained);
    summary.check = exported.check;
    OutputFile file(command.output);
    write_model(file, exported.graph, trained.provenance.version, metadata);
    card.write(model_card(trained, command, metadata));
    file.commit();
  } else {
    card.write(model_card(trained, command, metadata));
    write_weights(command, *trained.model, metadata);
  }
  card.commit();
  summary.bytes = std::filesystem::file_size(command.output);
  return summary;
}

}  // namespace jetvit::onnx
