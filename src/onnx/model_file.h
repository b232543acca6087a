#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/commit.h"
#include "onnx/graph.h"

namespace jetvit::onnx {

// Of the file format and of the operators. onnxruntime reads them from version 1.12 on.
inline constexpr int kIrVersion = 8;
inline constexpr int kOpset = 17;

// Writes a model in the format of https://onnx.ai/onnx/repo-docs/IR.html. The same graph and metadata give the same
// bytes. producer_version: of jetvit. Throws Error where the file would have 2 GiB or more, which protobuf does not
// allow, and what OutputFile::write() throws.
void write_model(OutputFile& file, const Graph& graph, const std::string& producer_version,
                 const std::map<std::string, std::string>& metadata);

// The metadata of a file of write_model(). Throws Error where the file is none.
std::map<std::string, std::string> read_model_metadata(const std::filesystem::path& path);

}  // namespace jetvit::onnx
