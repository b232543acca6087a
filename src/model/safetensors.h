#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/digest.h"

namespace jetvit {

// The content of a safetensors file: 8 bytes of header length (little endian), a JSON header, the tensors' bytes.
struct TensorFile {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Reads a file of foreign origin: lengths, shapes and offsets are checked before anything is allocated (the limits are
// in model/safetensors_header.h). Throws Error naming the file and the tensor. digest: takes all bytes of the file, in
// their order.
TensorFile read_safetensors(const std::filesystem::path& path, Sha256* digest = nullptr);

// Writes contiguous copies durably (base/commit.h): widest elements first, then in the order of the names. Throws Error
// for types that the format lacks.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

}  // namespace jetvit
