#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// The protobuf wire format, as far as the few small messages need it that jetvit writes and reads (tensorflow.Event and
// tf.train.Example): https://protobuf.dev/programming-guides/encoding.
namespace jetvit::protobuf {

// Each of these functions appends one field to a message.
void append_varint(std::string& message, std::uint64_t value);  // the bare number, without a field

void append_unsigned(std::string& message, int field, std::uint64_t value);
void append_double(std::string& message, int field, double value);
void append_float(std::string& message, int field, float value);
void append_bytes(std::string& message, int field, std::string_view bytes);  // also strings, messages, packed numbers

// What append_bytes() writes before the bytes, and how many bytes it writes in all: for messages within messages whose
// innermost data is large and copied once.
void append_header(std::string& message, int field, std::size_t size);
std::size_t field_size(int field, std::size_t size);

enum class WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// Walks over the fields of a message. Every length is checked: a damaged message gives an Error.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : rest_(message) {}

  bool next();  // to the next field; false at the end

  std::uint64_t field() const { return field_; }
  WireType type() const { return type_; }
  std::uint64_t number() const { return number_; }   // of kVarint
  std::string_view bytes() const { return bytes_; }  // of the other types; a view of the message
  bool is_bytes(std::uint64_t field) const { return field_ == field && type_ == WireType::kBytes; }

 private:
  std::string_view rest_, bytes_;
  std::uint64_t field_ = 0, number_ = 0;
  WireType type_ = WireType::kVarint;
};

// Takes a number off the front of `bytes`. Throws Error where it is cut short or longer than 64 bits.
std::uint64_t take_varint(std::string_view& bytes);

}  // namespace jetvit::protobuf
