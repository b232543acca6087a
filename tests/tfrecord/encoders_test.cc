#include <gtest/gtest.h>

#include "pictures/png_encoder.h"
#include "tfrecord/example_builder.h"
#include "tfrecord/gzip_stream.h"

namespace jetvit {
namespace {

TEST(PngEncoder, WritesTheChunksOfThePngSpecification) {
  PngEncoder encoder(3, 2, 1);
  encoder.clear(7);
  encoder.row(1)[0] = 200;
  const std::string png = encoder.encode();
  const std::string begin("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x03\x08\0\0\0\0", 29);
  EXPECT_EQ(png.substr(0, 29), begin);
  EXPECT_EQ(png.substr(37, 4), "IDAT");
  EXPECT_EQ(png.substr(png.size() - 12), std::string("\0\0\0\0IEND\xae\x42\x60\x82", 12));  // including its CRC
  EXPECT_EQ(png, encoder.encode());
}

TEST(Example, EqualsAHandWrittenMessage) {
  Example example;
  example.add_integer("label", 1);
  example.add_bytes("name", "1_0");
  const float value = 1;
  example.add_floats("pt", {&value, 1});
  // Example {1: Features {1: {1: "label", 2: Feature {3: Int64List {1: [1]}}}, 1: {1: "name", 2: Feature {1: BytesList
  // {1: "1_0"}}}, 1: {1: "pt", 2: Feature {2: FloatList {1: [1.0]}}}}}
  const std::string expected(
      "\x0a\x31"
      "\x0a\x0e\x0a\x05label\x12\x05\x1a\x03\x0a\x01\x01"
      "\x0a\x0f\x0a\x04name\x12\x07\x0a\x05\x0a\x03"
      "1_0"
      "\x0a\x0e\x0a\x02pt\x12\x08\x12\x06\x0a\x04\0\0\x80\x3f",
      51);
  EXPECT_EQ(example.message(), expected);
}

TEST(GzipStream, WithoutPartsIsACompleteFile) {
  const GzipStream stream;
  const std::string file = stream.begin() + stream.end();
  EXPECT_EQ(file, std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20));
}

}  // namespace
}  // namespace jetvit
