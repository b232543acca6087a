#include "raw/parquet_footer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

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

PhysicalType physical_type(std::int64_t type) {
  constexpr std::array kTypes = {PhysicalType::kBoolean, PhysicalType::kInt32, PhysicalType::kInt64,
                                 PhysicalType::kOther,  // 96 bits
                                 PhysicalType::kFloat,   PhysicalType::kDouble};
  return type >= 0 && type < std::ssize(kTypes) ? kTypes[static_cast<std::size_t>(type)] : PhysicalType::kOther;
}

// parquet.thrift, struct SchemaElement with enum ConvertedType and its successor, union LogicalType.
struct SchemaElement {
  enum Repetition : std::int64_t { kRequired = 0, kOptional = 1, kRepeated = 2 };
  enum Converted : std::int64_t { kFirstUnsigned = 11, kLastUnsigned = 14, kLastInteger = 18 };
  enum Logical : std::int16_t { kInteger = 10 };
  std::int64_t type = -1, repetition = kRequired, children = 0;
  std::int64_t converted = -1;
  std::int16_t logical = -1;
  bool is_unsigned = false;  // according to the logical type
  std::string name;
};

bool is_number(const SchemaElement& element) {
  const bool by_converted = element.converted < 0 || (element.converted >= SchemaElement::kFirstUnsigned &&
                                                      element.converted <= SchemaElement::kLastInteger);
  return physical_type(element.type) != PhysicalType::kOther && by_converted &&
         (element.logical < 0 || element.logical == SchemaElement::kInteger);
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
  const auto logical_type = [&](std::int16_t id, int type) {
    element.logical = id;
    if (id != SchemaElement::kInteger || type != CompactReader::kStruct) return false;
    reader.read_struct(integer_type);
    return true;
  };
  reader.read_struct([&](std::int16_t id, int) {
    if (id == 1) return integer(element.type);
    if (id == 3) return integer(element.repetition);
    if (id == 4) element.name = reader.read_string(kNameLimit);
    if (id == 5) return integer(element.children);
    if (id == 6) return integer(element.converted);
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
      column.is_number = is_number(element);
      column.is_unsigned = is_unsigned(element);
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
  while (groups_ == 0 && reader_->next_field(field)) {
    if (field.id == 2) {
      const std::uint64_t count = reader_->read_list_head(CompactReader::kStruct);
      if (count > kElementLimit) throw Error(text("its schema has ", count, " elements, limit ", kElementLimit));
      for (std::uint64_t element = 0; element < count; ++element) elements.push_back(read_element(*reader_));
    } else if (field.id == 4) {
      groups_ = reader_->read_list_head(CompactReader::kStruct);
      if (groups_ > kGroupLimit) throw Error(text("it has ", groups_, " row groups, limit ", kGroupLimit));
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
