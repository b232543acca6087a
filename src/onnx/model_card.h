#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "onnx/export_command.h"
#include "run/trained_model.h"

namespace jetvit::onnx {

// The file of the card of an exported model: "model.onnx.md" for "model.onnx".
std::filesystem::path model_card_path(const std::filesystem::path& output);

// Whether the file at `path` begins as a model card of jetvit does.
bool is_model_card(const std::filesystem::path& path);

// What a user of the exported file has to know, in Markdown: what it classifies, its input and outputs, what it was
// trained on, how well it did on its test split where the run was evaluated (RUN/evaluation-test), its limits, and what
// is needed to make it again. metadata: model_metadata(). For ONNX, the shape of the raw images is known. Warns where
// the evaluation cannot be read.
std::string model_card(const TrainedModel& trained, const ExportCommand& command,
                       const std::map<std::string, std::string>& metadata);

}  // namespace jetvit::onnx
