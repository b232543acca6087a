#include "raw/large_row_group.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "raw/decompressor.h"
#include "raw/page_header.h"

namespace jetvit {
namespace {

constexpr std::size_t kHeaderWindow = 4 << 10;
constexpr std::size_t kPagesWindow = 256 << 10;
constexpr std::size_t kScalarsWindow = 64 << 10;

}  // namespace

struct LargeRowGroup::ScalarColumn {
  ScalarColumn(const InputFile& file, const ColumnChunk& chunk, const LeafColumn& column, std::uint64_t rows)
      : decompressor(chunk.codec),
        reader(ChunkBytes(file, chunk.offset, chunk.size, kScalarsWindow), column, decompressor, rows, buffers) {}

  Decompressor decompressor;
  PageReader::Buffers buffers;
  ScalarColumnReader reader;
};

LargeRowGroup::LargeRowGroup(const InputFile& file, RowGroup group, std::uint64_t first_row,
                             const std::vector<LeafColumn>& columns, std::uint64_t values, const RunLimits& limits)
    : file_(file),
      group_(std::move(group)),
      first_row_(first_row),
      columns_(columns),
      values_(values),
      limits_(limits),
      headers_(file, group_.chunks[0].offset, group_.chunks[0].size, kHeaderWindow) {}

LargeRowGroup::~LargeRowGroup() = default;

ChunkBytes LargeRowGroup::pages_from(const PageRun& run) const {
  const ColumnChunk& chunk = group_.chunks[0];
  return {file_, run.begin, chunk.offset + chunk.size - run.begin, kPagesWindow};
}

std::optional<PageRun> LargeRowGroup::next_run() {
  if (all_handed_out_) return std::nullopt;
  PageRun run{.group = shared_from_this(), .number = runs_++};
  try {
    gather(run);
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with(file_.path().string())) throw;
    throw Error(text(file_.path(), ": row group ", group_.number, ": ", what));
  }
  all_handed_out_ = run.is_last = headers_.left() == 0;
  return run;
}

void LargeRowGroup::gather(PageRun& run) {
  const std::uint64_t wanted = limits_.rows * values_;
  std::uint64_t values = 0;
  std::uint64_t bytes = 0;
  std::uint64_t uncompressed = 0;
  run.begin = headers_.position();
  while (headers_.left() > 0 && bytes < limits_.bytes && uncompressed < limits_.uncompressed &&
         (values < wanted || run.pages < limits_.pages)) {
    const std::uint64_t position = headers_.position();
    const PageHeader header = read_page_header(headers_);
    headers_.skip(static_cast<std::uint64_t>(header.compressed));
    const std::uint64_t size = headers_.position() - position;
    bytes += size;
    if (header.kind == PageHeader::kIndex) continue;
    if (header.kind == PageHeader::kDictionary) {
      if (run.number > 0 || run.pages > 0 || dictionary_.size > 0) throw Error("a dictionary page follows other pages");
      dictionary_ = {.offset = position, .size = size, .codec = group_.chunks[0].codec};
      run.begin = headers_.position();
      continue;
    }
    ++run.pages;
    // Values outside the limits are rejected when the page is read.
    values += static_cast<std::uint64_t>(std::clamp<std::int64_t>(header.values, 0, std::int64_t{1} << 32));
    uncompressed += static_cast<std::uint64_t>(header.uncompressed);
  }
}

LargeRowGroup::Turn::~Turn() {
  if (done_) return;
  const std::lock_guard lock(run_.group->mutex_);
  run_.group->failed_ = true;
  run_.group->changed_.notify_all();
}

std::uint64_t LargeRowGroup::Turn::take_rows(std::size_t count, std::vector<ScalarValues>& scalars) {
  LargeRowGroup& group = *run_.group;
  std::unique_lock lock(group.mutex_);
  group.changed_.wait(lock, [&] { return group.failed_ || group.turn_ == run_.number; });
  if (group.failed_) throw Error("another part of it could not be read");
  const std::string& images = group.columns_[0].root;
  const std::uint64_t rows = group.group_.rows;
  if (count > rows - group.rows_taken_) throw Error(text("column ", images, " holds more images than rows"));
  const std::uint64_t first = group.first_row_ + group.rows_taken_;
  group.rows_taken_ += count;
  if (run_.is_last && group.rows_taken_ != rows) {
    throw Error(text("column ", images, " holds ", group.rows_taken_, " images for ", rows, " rows"));
  }
  group.take_scalars(count, run_.is_last, scalars);
  ++group.turn_;
  done_ = true;
  group.changed_.notify_all();
  return first;
}

void LargeRowGroup::take_scalars(std::size_t count, bool is_last, std::vector<ScalarValues>& scalars) {
  if (scalars_.empty()) {
    for (std::size_t column = 1; column < columns_.size(); ++column) {
      scalars_.push_back(std::make_unique<ScalarColumn>(file_, group_.chunks[column], columns_[column], group_.rows));
    }
  }
  for (std::size_t column = 0; column < scalars_.size(); ++column) {
    scalars_[column]->reader.read(count, scalars[column]);
    if (is_last) scalars_[column]->reader.finish();
  }
}

}  // namespace jetvit
