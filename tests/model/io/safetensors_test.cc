#include "model/io/safetensors.h"

#include <cstring>
#include <filesystem>

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include "base/commit.h"
#include "base/file.h"
#include "base/text.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

class Safetensors : public testing::Test {
 protected:
  // A file with this header followed by `data_bytes` zeros.
  std::filesystem::path write_file(const std::string& header, std::size_t data_bytes) {
    return write_raw(header.size(), header, data_bytes);
  }

  std::filesystem::path write_raw(std::uint64_t stated_length, const std::string& header, std::size_t data_bytes) {
    std::string bytes(sizeof(stated_length), '\0');
    std::memcpy(bytes.data(), &stated_length, sizeof(stated_length));
    std::filesystem::path path = folder_ / "x.safetensors";
    commit_text(path, bytes + header + std::string(data_bytes, '\0'));
    return path;
  }

  void expect_refused(const std::string& header, std::size_t data_bytes, const std::string& words) {
    const std::filesystem::path path = write_file(header, data_bytes);
    EXPECT_ERROR(read_safetensors(path), Error, words);
    EXPECT_ERROR(read_safetensors(path), Error, "x.safetensors: ");
  }

  test::TempFolder folder_;
};

// The header entry of an F32 tensor of two values with these offsets.
std::string pair_at(const std::string& name, int begin, int end) {
  return text('"', name, R"(":{"dtype":"F32","shape":[2],"data_offsets":[)", begin, ",", end, "]}");
}

TEST_F(Safetensors, DigestIsThatOfTheFileForAnyOrderOfItsHeader) {
  const std::string header = text("{", pair_at("late", 8, 16), ",", pair_at("early", 0, 8), "}");
  const std::uint64_t length = header.size();
  const std::filesystem::path path = folder_ / "x.safetensors";
  commit_text(path, std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + header + "0123456789abcdef");
  Sha256 digest;
  const TensorFile file = read_safetensors(path, &digest);
  EXPECT_EQ(std::memcmp(file.tensors.at("late").const_data_ptr(), "89abcdef", 8), 0);
  EXPECT_EQ(digest.hex(), sha256_of_file(path));
}

TEST_F(Safetensors, EveryTypeAndShapeIsReadBack) {
  TensorFile file;
  for (const at::ScalarType type :
       {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kByte, at::kChar, at::kBool}) {
    // An odd number, so that a later tensor would be misaligned if tensors were written in the order of their names.
    file.tensors[text("a_", at::elementSize(type), "_", static_cast<int>(type))] = at::arange(3).to(type);
  }
  file.tensors["scalar"] = at::arange(7, 8).to(at::kFloat).reshape({});
  file.tensors["empty"] = at::zeros({3, 0, 2});
  file.tensors["transposed"] = at::arange(6).reshape({2, 3}).transpose(0, 1);
  file.tensors["dtype"] = at::arange(2);
  file.tensors["name with \"quotes\" and \xc3\xa9"] = at::arange(5);
  file.metadata = {{"model", "vit_tiny"}, {"note", "line\nbreak"}};
  write_safetensors(folder_ / "all.safetensors", file);
  const TensorFile back = read_safetensors(folder_ / "all.safetensors");
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    ASSERT_TRUE(back.tensors.contains(name)) << name;
    EXPECT_EQ(back.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(back.tensors.at(name), tensor)) << name;
  }
}

// A flip may also spoil the name of the checksum: then the content is still right.
TEST_F(Safetensors, AFlippedBitChangesNoContentUnnoticed) {
  TensorFile file;
  file.tensors = {{"a.weight", at::arange(40).to(at::kFloat)}, {"b", at::arange(3)}};
  file.metadata = {{"model", "vit_tiny"}};
  const std::filesystem::path path = folder_ / "x.safetensors";
  write_safetensors(path, file);
  const std::string whole = read_text_file(path, 1 << 20);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    commit_text(path, flipped);
    try {
      const TensorFile found = read_safetensors(path);
      EXPECT_EQ(found.metadata.at("model"), "vit_tiny") << bit;
      EXPECT_EQ(found.tensors.size(), 2U) << bit;
      for (const auto& [name, tensor] : file.tensors) EXPECT_TRUE(at::equal(found.tensors.at(name), tensor)) << bit;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("x.safetensors: ")) << bit;
    }
  }
}

// As timm and earlier versions write them.
TEST_F(Safetensors, FilesWithoutAChecksumAreRead) {
  EXPECT_EQ(read_safetensors(write_file(text("{", pair_at("a", 0, 8), "}"), 8)).tensors.size(), 1U);
  const std::string wrong = R"({"__metadata__":{"jetvit_crc64":"0123456789abcdef"},)";
  expect_refused(text(wrong, pair_at("a", 0, 8), "}"), 8, "does not match its checksum");
}

TEST_F(Safetensors, NoTensorAndOneTensorAreReadBack) {
  write_safetensors(folder_ / "none.safetensors", {});
  EXPECT_TRUE(read_safetensors(folder_ / "none.safetensors").tensors.empty());
  EXPECT_EQ(read_safetensors(write_file(text("{", pair_at("a", 0, 8), "}"), 8)).tensors.at("a").numel(), 2);
}

TEST_F(Safetensors, TypesWithoutANameAreNotWritten) {
  TensorFile file;
  file.tensors["complex"] = at::empty({1}, at::kComplexFloat);
  EXPECT_ERROR(write_safetensors(folder_ / "y.safetensors", file), Error, "tensor \"complex\" has a type");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Safetensors, ForeignFilesAreCalledWhatTheyAre) {
  const std::filesystem::path path = folder_ / "x.safetensors";
  const std::string rest(100, 'x');
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00", "x.safetensors: is a Git LFS pointer"},
      {"PK\x03\x04" + rest, "is a zip file, as torch.save writes it"},
      {"\x80\x02" + rest, "is a Python pickle"},
      {"\x89HDF\r\n" + rest, "is an HDF5 file"},
      {"PAR1" + rest, "is a Parquet file"},
      {"\n<!DOCTYPE html>" + rest, "is an HTML or XML page"},
      {"{\"metadata\": {}, \"weight_map\": {}}", "is JSON, as the index"}};
  for (const auto& [content, words] : kinds) {
    commit_text(path, content);
    EXPECT_ERROR(read_safetensors(path), Error, words);
  }
}

TEST_F(Safetensors, WrongLengthsAreRefused) {
  commit_text(folder_ / "x.safetensors", "1234567");
  EXPECT_ERROR(read_safetensors(folder_ / "x.safetensors"), Error, "too short for a safetensors file");
  EXPECT_ERROR(read_safetensors(write_raw(3, "{}", 0)), Error, "declares a header of 3 bytes, in a file of 10");
  EXPECT_ERROR(read_safetensors(write_raw(~std::uint64_t{0}, "{}", 0)), Error,
               "declares a header of 18446744073709551615");
  EXPECT_ERROR(read_safetensors(write_raw(17 << 20, std::string(17 << 20, ' '), 0)), Error, "(limit 16777216)");
  EXPECT_ERROR(read_safetensors(folder_ / "missing.safetensors"), Error, "missing.safetensors");
}

TEST_F(Safetensors, HeadersThatAreNotValidJsonAreRefused) {
  expect_refused("", 0, "not a JSON object");
  expect_refused("{", 0, "JSON");
  expect_refused("[]", 0, "not a JSON object");
  expect_refused("7", 0, "not a JSON object");
  expect_refused("{} {}", 0, "JSON");
  expect_refused(" {}", 0, "not a JSON object");
  expect_refused("{\"\xff\":{}}", 0, "JSON");
  expect_refused(text("{\"a\":", std::string(1000000, '['), std::string(1000000, ']'), "}"), 0,
                 "tensor \"a\" is not described by an object");
  expect_refused(text("{\"a\":{\"dtype\":", std::string(100000, '['), std::string(100000, ']'), "}}"), 0,
                 "has a dtype that is not a string");
  expect_refused(R"({"__metadata__":[]})", 0, "__metadata__ that is not an object");
  expect_refused(R"({"__metadata__":{"a":1}})", 0, "__metadata__.a that is not a string");
}

TEST_F(Safetensors, RepeatedKeysAreRefused) {
  expect_refused(text("{", pair_at("a", 0, 8), ",", pair_at("a", 0, 8), "}"), 8, "names \"a\" twice");
  expect_refused(text("{", pair_at("a", 0, 8), ",", pair_at("b", 8, 16), ",", pair_at("a", 0, 8), "}"), 16,
                 "names \"a\" twice");
  expect_refused(R"({"a":{"dtype":"F32","dtype":"U8","shape":[2],"data_offsets":[0,8]}})", 8, "names \"dtype\" twice");
  expect_refused(R"({"__metadata__":{"k":"1","k":"2"}})", 0, "names \"k\" twice");
  // Keys of different objects may be equal.
  EXPECT_EQ(
      read_safetensors(write_file(text("{", pair_at("a", 0, 8), ",", pair_at("dtype", 8, 16), "}"), 16)).tensors.size(),
      2U);
}

TEST_F(Safetensors, GapsOverlapsAndTrailingBytesAreRefused) {
  const std::string hole_or_overlap = "tensor \"b\" starts at";
  expect_refused(text("{", pair_at("a", 0, 8), ",", pair_at("b", 4, 12), "}"), 12, hole_or_overlap);
  expect_refused(text("{", pair_at("a", 0, 8), ",", pair_at("b", 0, 8), "}"), 8, hole_or_overlap);
  expect_refused(text("{", pair_at("a", 0, 8), ",", pair_at("b", 12, 20), "}"), 20, hole_or_overlap);
  expect_refused(text("{", pair_at("a", 4, 12), "}"), 12, "starts at 4, expected 0");
  expect_refused(text("{", pair_at("a", 0, 8), "}"), 9, "holds 9 bytes of tensors, but its header describes 8");
  expect_refused(text("{", pair_at("a", 0, 8), "}"), 7, "holds 7 bytes of tensors, but its header describes 8");
  expect_refused("{}", 1, "holds 1 bytes");
  expect_refused(text("{", pair_at("a", 8, 0), "}"), 8, "data_offsets");
  expect_refused(text("{", pair_at("a", 0, 4), "}"), 4, "needs 8 bytes");
  expect_refused(R"({"e":{"dtype":"F32","shape":[0],"data_offsets":[99,99]}})", 0, "expected 0");
}

TEST_F(Safetensors, ImpossibleShapesAreRefusedBeforeAnythingIsAllocated) {
  const auto shaped = [](const std::string& shape) {
    return text(R"({"a":{"dtype":"F32","shape":)", shape, R"(,"data_offsets":[0,8]}})");
  };
  expect_refused(shaped("[4294967296,4294967296]"), 8, "shape that overflows");
  expect_refused(shaped("[9223372036854775807,3]"), 8, "shape that overflows");
  expect_refused(shaped("[18446744073709551615]"), 8, "overflows");
  expect_refused(shaped("[1000000000000]"), 8, "needs 4000000000000 bytes");
  expect_refused(shaped("[0,4611686018427387904,4611686018427387904]"), 8, "shape that overflows");
  expect_refused(shaped("[-2]"), 8, "not an integer of at least 0");
  expect_refused(shaped("[2.0]"), 8, "not an integer of at least 0");
  expect_refused(shaped("[99999999999999999999999]"), 8, "not an integer of at least 0");
  expect_refused(shaped("[1,1,1,1,1,1,1,1,2]"), 8, "more than 8 dimensions");
  expect_refused(shaped("null"), 8, "shape that is not a list");
  expect_refused(shaped("2"), 8, "shape that is not a list");
  expect_refused(shaped("{\"x\":2}"), 8, "shape that is not a list");
  expect_refused(shaped("[[2]]"), 8, "not an integer of at least 0");
}

TEST_F(Safetensors, WronglyDescribedTensorsAreRefused) {
  expect_refused(R"({"a":7})", 0, "tensor \"a\" is not described by an object");
  expect_refused(R"({"a":{"shape":[2],"data_offsets":[0,8]}})", 8, "has no dtype");
  expect_refused(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", 8, "has no shape");
  expect_refused(R"({"a":{"dtype":"F32","shape":[2]}})", 8, "has no data_offsets");
  expect_refused(R"({"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}})", 8, "has a dtype that is not a string");
  expect_refused(R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", 8,
                 "type F8_E4M3, which is not supported");
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}})", 8, "no pair of data_offsets");
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":{"x":0,"y":8}}})", 8,
                 "data_offsets that is not a list");
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}})", 8, "no pair of data_offsets");
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8, "no pair of data_offsets");
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", 8, "unknown property x");
  expect_refused(text("{", pair_at(std::string(1025, 'n'), 0, 8), "}"), 8, "has a name of 1025 bytes");
}

// A header of maximum size is parsed in linear time: a second, not hours.
TEST_F(Safetensors, ManyNamesAreReadQuickly) {
  std::string header = "{";
  for (int index = 0; index < 65536; ++index) {
    header += text(index == 0 ? "" : ",", '"', index, R"(":{"dtype":"U8","shape":[1],"data_offsets":[)", index, ",",
                   index + 1, "]}");
  }
  EXPECT_EQ(read_safetensors(write_file(header + "}", 65536)).tensors.size(), 65536U);
}

TEST_F(Safetensors, TooManyTensorsAreRefused) {
  std::string header = "{";
  for (int index = 0; index <= 65536; ++index) {
    header += text(index == 0 ? "" : ",", '"', index, R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})");
  }
  expect_refused(header + "}", 0, "names more than 65536 tensors");
}

TEST_F(Safetensors, TruthValuesOtherThanZeroAndOneAreRefused) {
  const std::string header = R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})";
  std::string bytes(sizeof(std::uint64_t), '\0');
  bytes[0] = static_cast<char>(header.size());
  commit_text(folder_ / "x.safetensors", bytes + header + std::string("\1\2"));
  EXPECT_ERROR(read_safetensors(folder_ / "x.safetensors"), Error, "tensor \"a\" holds the truth value 2");
}

// A valid file that is truncated at any position is refused.
TEST_F(Safetensors, TruncatedFilesAreRefused) {
  TensorFile file;
  file.tensors["a"] = at::arange(3).to(at::kFloat);
  file.tensors["b"] = at::arange(5);
  const std::filesystem::path path = folder_ / "cut.safetensors";
  write_safetensors(path, file);
  for (std::uintmax_t size = std::filesystem::file_size(path); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    EXPECT_THROW(read_safetensors(path), Error) << size;
  }
}

}  // namespace
}  // namespace jetvit
