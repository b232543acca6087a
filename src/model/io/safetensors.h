#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/digest.h"
#include "base/header_checksum.h"

namespace jetvit {

// The content of a safetensors file: 8 bytes of header length (little endian), a JSON header, the tensors' bytes.
struct TensorFile {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Reads an untrusted file: lengths, shapes and offsets are checked before anything is allocated (the limits are in
// model/io/safetensors_header.h), and a checksum has to be right. Throws Error with the file and the tensor. digest: if
// not null, all bytes of the file are added to it, in order.
TensorFile read_safetensors(const std::filesystem::path& path, Sha256* digest = nullptr);

// The metadata alone, with the same checks of the header.
std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path);

// Writes contiguous copies durably (base/commit.h) with a checksum, largest element type first, then in the order of
// the names. Throws Error for types that the format does not support.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

}  // namespace jetvit
