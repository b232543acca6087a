#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// The protobuf wire format, as far as the few small messages need it that jetvit writes (tensorflow.Event and
// tf.train.Example): https://protobuf.dev/programming-guides/encoding. Each function appends one field to a message.
namespace jetvit::protobuf {

void append_varint(std::string& message, std::uint64_t value);  // the bare number, without a field

void append_unsigned(std::string& message, int field, std::uint64_t value);
void append_double(std::string& message, int field, double value);
void append_float(std::string& message, int field, float value);
void append_bytes(std::string& message, int field, std::string_view bytes);  // also strings, messages, packed numbers

// What append_bytes() writes before the bytes, and how many bytes it writes in all: for messages within messages whose
// innermost data is large and copied once.
void append_header(std::string& message, int field, std::size_t size);
std::size_t field_size(int field, std::size_t size);

}  // namespace jetvit::protobuf
