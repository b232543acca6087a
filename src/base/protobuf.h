#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// The part of the protobuf wire format that jetvit needs for tensorflow.Event, tf.train.Example and onnx.ModelProto:
// https://protobuf.dev/programming-guides/encoding.
namespace jetvit::protobuf {

// Each of these functions appends one field to a message.
void append_varint(std::string& message, std::uint64_t value);  // only the number, without a field

void append_unsigned(std::string& message, int field, std::uint64_t value);
void append_double(std::string& message, int field, double value);
void append_float(std::string& message, int field, float value);
void append_bytes(std::string& message, int field, std::string_view bytes);  // also strings, messages, packed numbers

// The bytes that append_bytes() writes before the data, and its total number of bytes. For nested messages whose
// innermost data are large and should be copied only once.
void append_header(std::string& message, int field, std::size_t size);
std::size_t field_size(int field, std::size_t size);

enum class WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// Reads the fields of a message one by one. Every length is checked; next() throws Error if the message is damaged.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : rest_(message) {}

  bool next();  // advances to the next field; false at the end

  std::uint64_t field() const { return field_; }
  WireType type() const { return type_; }
  std::uint64_t number() const { return number_; }   // for kVarint
  std::string_view bytes() const { return bytes_; }  // for the other types; a view into the message
  bool is_bytes(std::uint64_t field) const { return field_ == field && type_ == WireType::kBytes; }

 private:
  std::string_view rest_, bytes_;
  std::uint64_t field_ = 0, number_ = 0;
  WireType type_ = WireType::kVarint;
};

// Removes a number from the front of `bytes` and returns it. Throws Error if it is cut short or longer than 64 bits.
std::uint64_t take_varint(std::string_view& bytes);

}  // namespace jetvit::protobuf
