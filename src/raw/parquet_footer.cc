#include "raw/parquet_footer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file_kind.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::size_t kTrailer = 8;  // length of the footer and magic
constexpr std::size_t kWindow = 1 << 18;
constexpr std::uint64_t kGroupLimit = 1'000'000;
constexpr std::uint64_t kElementLimit = 10'000;  // elements of the schema
constexpr std::size_t kNameLimit = 1 << 16;
constexpr int kSchemaDepth = 32;
constexpr std::size_t kMetadataLimit = 16 << 20;  // bytes of one value

PhysicalType physical_type(std::int64_t type) {
  constexpr std::array kTypes = {PhysicalType::kBoolean,   PhysicalType::kInt32,  PhysicalType::kInt64,
                                 PhysicalType::kOther,  // 96 bits
                                 PhysicalType::kFloat,     PhysicalType::kDouble,
                                 PhysicalType::kOther,  // bytes of any length
                                 PhysicalType::kFixedBytes};
  return type >= 0 && type < std::ssize(kTypes) ? kTypes[static_cast<std::size_t>(type)] : PhysicalType::kOther;
}

// parquet.thrift, struct SchemaElement with enum ConvertedType and its successor, union LogicalType.
struct SchemaElement {
  enum Repetition : std::int64_t { kRequired = 0, kOptional = 1, kRepeated = 2 };
  enum Converted : std::int64_t { kDecimalConverted = 5, kFirstUnsigned = 11, kLastUnsigned = 14, kLastInteger = 18 };
  enum Logical : std::int16_t { kDecimal = 5, kInteger = 10, kUnknown = 11, kFloat16 = 15 };
  std::int64_t type = -1, width = 0, repetition = kRequired, children = 0;
  std::int64_t converted = -1;
  std::int64_t scale = 0, precision = 0;
  std::int16_t logical = -1;
  bool is_unsigned = false;  // according to the logical type
  std::string name;
};

// What values that are no numbers are called in messages.
const char* content_of(const SchemaElement& element) {
  constexpr std::array kLogical = {
      "", "text",    "maps", "lists", "text",  "decimals",           "dates",    "times",    "timestamps", "",
      "", "nothing", "text", "bytes", "UUIDs", "numbers of 16 bits", "variants", "geometry", "geography"};
  constexpr std::array kConverted = {
      "text", "maps", "maps", "lists", "text", "decimals", "dates", "times", "times", "timestamps", "timestamps",
      "",     "",     "",     "",      "",     "",         "",      "",      "text",  "bytes",      "intervals"};
  constexpr std::int64_t kInt96 = 3;
  if (element.logical > 0 && element.logical < std::ssize(kLogical)) {
    const char* word = kLogical[static_cast<std::size_t>(element.logical)];
    if (*word != '\0') return word;
  }
  if (element.converted >= 0 && element.converted < std::ssize(kConverted)) {
    const char* word = kConverted[static_cast<std::size_t>(element.converted)];
    if (*word != '\0') return word;
  }
  return element.type == kInt96 ? "timestamps" : "bytes";
}

bool is_decimal(const SchemaElement& element) {
  return element.logical == SchemaElement::kDecimal ||
         (element.logical < 0 && element.converted == SchemaElement::kDecimalConverted);
}

// Whether the scale and the precision of a decimal are possible for the stored type.
bool is_readable_decimal(const SchemaElement& element, PhysicalType type) {
  constexpr std::int64_t kPrecisionLimit = 76;  // of 256 bits
  constexpr std::int64_t kWidthLimit = 32;
  const bool is_stored = type == PhysicalType::kInt32 || type == PhysicalType::kInt64 ||
                         (type == PhysicalType::kFixedBytes && element.width >= 1 && element.width <= kWidthLimit);
  return is_stored && element.precision >= 1 && element.precision <= kPrecisionLimit && element.scale >= 0 &&
         element.scale <= element.precision;
}

NumberKind number_kind(const SchemaElement& element) {
  const PhysicalType type = physical_type(element.type);
  if (is_decimal(element)) return is_readable_decimal(element, type) ? NumberKind::kDecimal : NumberKind::kNone;
  if (type == PhysicalType::kFixedBytes) {
    return element.logical == SchemaElement::kFloat16 && element.width == 2 ? NumberKind::kHalf : NumberKind::kNone;
  }
  const bool by_converted = element.converted < 0 || (element.converted >= SchemaElement::kFirstUnsigned &&
                                                      element.converted <= SchemaElement::kLastInteger);
  const bool by_logical =
      element.logical < 0 || element.logical == SchemaElement::kInteger || element.logical == SchemaElement::kUnknown;
  return type != PhysicalType::kOther && by_converted && by_logical ? NumberKind::kPlain : NumberKind::kNone;
}

bool is_unsigned(const SchemaElement& element) {
  return element.is_unsigned ||
         (element.converted >= SchemaElement::kFirstUnsigned && element.converted <= SchemaElement::kLastUnsigned);
}

SchemaElement read_element(CompactReader& reader) {
  SchemaElement element;
  const auto integer = [&](std::int64_t& into) {
    into = reader.read_integer();
    return true;
  };
  const auto integer_type = [&](std::int16_t id, int type) {
    if (id == 2) element.is_unsigned = type != CompactReader::kTrue;
    return id == 2;
  };
  const auto decimal_type = [&](std::int16_t id, int) {
    if (id == 1) return integer(element.scale);
    return id == 2 && integer(element.precision);
  };
  const auto logical_type = [&](std::int16_t id, int type) {
    element.logical = id;
    if (type != CompactReader::kStruct) return false;
    if (id == SchemaElement::kInteger) reader.read_struct(integer_type);
    if (id == SchemaElement::kDecimal) reader.read_struct(decimal_type);
    return id == SchemaElement::kInteger || id == SchemaElement::kDecimal;
  };
  reader.read_struct([&](std::int16_t id, int) {
    if (id == 1) return integer(element.type);
    if (id == 2) return integer(element.width);
    if (id == 3) return integer(element.repetition);
    if (id == 4) element.name = reader.read_string(kNameLimit);
    if (id == 5) return integer(element.children);
    if (id == 6) return integer(element.converted);
    if (id == 7) return integer(element.scale);
    if (id == 8) return integer(element.precision);
    if (id == 10) reader.read_struct(logical_type);
    return id == 4 || id == 10;
  });
  return element;
}

// Converts the elements, which are stored depth first, to leaves with their levels.
class LeafWalk {
 public:
  explicit LeafWalk(const std::vector<SchemaElement>& elements) : elements_(elements) {}

  std::vector<LeafColumn> leaves() {
    if (elements_.empty()) throw Error("it has no schema");
    const SchemaElement& root = elements_[next_++];
    for (std::int64_t child = 0; child < root.children; ++child) walk({}, 0);
    if (next_ != elements_.size()) throw Error("its schema is not a tree");
    return std::move(leaves_);
  }

 private:
  void walk(LeafColumn column, int depth) {
    if (next_ == elements_.size()) throw Error("its schema is cut short");
    if (depth == kSchemaDepth) throw Error("its schema is nested too deeply");
    const SchemaElement& element = elements_[next_++];
    column.path += (depth > 0 ? "." : "") + element.name;
    if (depth == 0) column.root = element.name;
    if (element.repetition != SchemaElement::kRequired) ++column.max_definition;
    if (element.repetition == SchemaElement::kRepeated) ++column.max_repetition;
    if (element.children <= 0) {
      column.type = physical_type(element.type);
      column.kind = number_kind(element);
      if (!column.is_number()) column.content = content_of(element);
      column.is_unsigned = is_unsigned(element);
      if (column.type == PhysicalType::kFixedBytes) column.width = static_cast<int>(element.width);
      if (column.kind == NumberKind::kDecimal) {
        column.precision = static_cast<int>(element.precision);
        column.scale = static_cast<int>(element.scale);
      }
      leaves_.push_back(std::move(column));
      return;
    }
    for (std::int64_t child = 0; child < element.children; ++child) walk(column, depth + 1);
  }

  const std::vector<SchemaElement>& elements_;
  std::size_t next_ = 0;
  std::vector<LeafColumn> leaves_;
};

Error not_complete(const InputFile& file, const std::string& why) {
  return Error(text(file.path(), ": is not a complete Parquet file (", why, ")"));
}

// For a file that does not end as a Parquet file does: another kind of file, or the first part of one.
Error without_magic(const InputFile& file) {
  const std::string kind = file_kind(file);
  if (kind == "a Parquet file") return not_complete(file, "it does not end with PAR1: it was cut short");
  if (kind.empty()) return not_complete(file, "it neither begins nor ends with PAR1");
  return Error(text(file.path(), ": is ", kind, ", not a Parquet file"));
}

}  // namespace

bool LeafColumn::is_integer() const {
  constexpr int kDigits = 18;  // of decimals that all fit 64 bits
  if (kind == NumberKind::kDecimal) return scale == 0 && precision <= kDigits;
  return kind == NumberKind::kPlain && (type == PhysicalType::kInt32 || type == PhysicalType::kInt64);
}

ParquetFooter::ParquetFooter(const InputFile& file) : file_(file) {
  constexpr std::string_view kMagic = "PAR1";
  if (file.size() == 0) throw Error(text(file.path(), ": is empty, not a Parquet file"));
  if (file.size() < kMagic.size() + kTrailer) throw without_magic(file);
  std::array<std::byte, kTrailer> trailer{};
  file.read(file.size() - kTrailer, trailer);
  const std::string_view magic(reinterpret_cast<const char*>(trailer.data()) + 4, kMagic.size());
  if (magic == "PARE") throw not_complete(file, "its footer is encrypted");
  if (magic != kMagic) throw without_magic(file);
  std::uint32_t length = 0;
  std::memcpy(&length, trailer.data(), sizeof(length));
  end_ = file.size() - kTrailer;
  if (length > end_ - kMagic.size()) throw not_complete(file, text("its footer states ", length, " bytes"));
  begin_ = position_ = end_ - length;
  reader_ = std::make_unique<CompactReader>(
      length, [this] { return next_window(); }, "the footer");
  try {
    read_schema();
  } catch (const Error& error) {
    throw not_complete(file, error.what());
  }
}

std::span<const std::byte> ParquetFooter::next_window() {
  window_.resize(std::min<std::uint64_t>(kWindow, end_ - position_));
  file_.read(position_, window_);
  position_ += window_.size();
  return window_;
}

// Reads up to the first row group. Writers store the fields in order: the schema is field 2, the row groups are field
// 4.
void ParquetFooter::read_schema() {
  std::vector<SchemaElement> elements;
  CompactReader::Field field;
  while (!after_groups_ && reader_->next_field(field)) {
    if (field.id == 2) {
      const std::uint64_t count = reader_->read_list_head(CompactReader::kStruct);
      if (count > kElementLimit) throw Error(text("its schema has ", count, " elements, limit ", kElementLimit));
      for (std::uint64_t element = 0; element < count; ++element) elements.push_back(read_element(*reader_));
    } else if (field.id == 4) {
      groups_ = reader_->read_list_head(CompactReader::kStruct);
      if (groups_ > kGroupLimit) throw Error(text("it has ", groups_, " row groups, limit ", kGroupLimit));
      after_groups_ = field;
    } else {
      reader_->skip(field.type);
    }
  }
  columns_ = LeafWalk(elements).leaves();
}

bool ParquetFooter::next(const std::vector<int>& wanted, RowGroup& group) {
  if (next_group_ == groups_) return false;
  group.number = next_group_++;
  group.chunks.clear();
  try {
    read_row_group(group);
  } catch (const Error& error) {
    throw Error(text(file_.path(), ": row group ", group.number, ": ", error.what()));
  }
  for (const int index : wanted) {
    const ColumnChunk& chunk = all_[static_cast<std::size_t>(index)];
    if (chunk.offset > begin_ || chunk.size > begin_ - chunk.offset) {
      throw Error(text(file_.path(), ": row group ", group.number, " places column ",
                       columns_[static_cast<std::size_t>(index)].root, " outside the file"));
    }
    group.chunks.push_back(chunk);
  }
  return true;
}

// parquet.thrift, struct FileMetaData: the metadata is field 5, a list of struct KeyValue.
std::optional<std::string> ParquetFooter::metadata(const std::string& key) {
  std::optional<std::string> found;
  if (!after_groups_) return found;
  try {
    for (; next_group_ < groups_; ++next_group_) reader_->skip(CompactReader::kStruct);
    CompactReader::Field field = *std::exchange(after_groups_, std::nullopt);
    while (reader_->next_field(field)) {
      if (field.id != 5) {
        reader_->skip(field.type);
        continue;
      }
      for (std::uint64_t left = reader_->read_list_head(CompactReader::kStruct); left > 0; --left) {
        std::string name;
        reader_->read_struct([&](std::int16_t id, int) {
          if (id == 1) name = reader_->read_string(kNameLimit);
          if (id == 2 && name == key) found = reader_->read_string(kMetadataLimit);
          return id == 1 || (id == 2 && name == key);
        });
      }
    }
  } catch (const Error& error) {
    throw not_complete(file_, error.what());
  }
  return found;
}

// parquet.thrift, struct RowGroup.
void ParquetFooter::read_row_group(RowGroup& group) {
  std::int64_t rows = -1;
  all_.clear();
  reader_->read_struct([&](std::int16_t id, int) {
    if (id == 1) {
      const std::uint64_t count = reader_->read_list_head(CompactReader::kStruct);
      if (count != columns_.size() || !all_.empty()) {
        throw Error(text("it has ", count, " columns, but the schema has ", columns_.size()));
      }
      for (const LeafColumn& leaf : columns_) read_column(leaf);
    }
    if (id == 3) rows = reader_->read_integer();
    return id == 1 || id == 3;
  });
  if (rows < 0 || all_.size() != columns_.size()) throw Error("the number of rows or the columns are missing");
  group.rows = static_cast<std::uint64_t>(rows);
}

// parquet.thrift, structs ColumnChunk and ColumnMetaData.
void ParquetFooter::read_column(const LeafColumn& leaf) {
  std::int64_t type = -1;
  std::int64_t codec = -1;
  std::int64_t values = -1;
  std::int64_t size = -1;
  std::int64_t data = -1;
  std::int64_t dictionary = 0;
  const auto integer = [&](std::int64_t& into) {
    into = reader_->read_integer();
    return true;
  };
  const auto metadata = [&](std::int16_t id, int) {
    if (id == 1) return integer(type);
    if (id == 4) return integer(codec);
    if (id == 5) return integer(values);
    if (id == 7) return integer(size);
    if (id == 9) return integer(data);
    return id == 11 && integer(dictionary);
  };
  reader_->read_struct([&](std::int16_t id, int) {
    if (id == 1) throw Error("it keeps columns in another file (rewrite it as one file)");
    if (id == 8 || id == 9) throw Error("it is encrypted");
    if (id == 3) reader_->read_struct(metadata);
    return id == 3;
  });
  if (codec < 0 || values < 0 || size < 0 || data < 0 || physical_type(type) != leaf.type) {
    throw Error(text("the footer describes column ", printable(leaf.root), " incorrectly"));
  }
  const std::int64_t offset = dictionary > 0 && dictionary < data ? dictionary : data;
  all_.push_back({static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(size),
                  static_cast<std::uint64_t>(values), static_cast<int>(std::min<std::int64_t>(codec, 1 << 8))});
}

}  // namespace jetvit
