// Raw Parquet: footer, schema, pages and values, read like RawReader but without threads. Small row groups are read at
// once, and then every group is read page by page as if it were large.
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "raw/parquet_footer.h"
#include "raw/raw_schema.h"
#include "raw/reading_tasks.h"
#include "raw/row_group_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  static fuzz::MemoryFile memory;
  const std::filesystem::path& path = memory.write(fuzz::as_text(data, size));
  try {
    ReadOptions options;
    options.require_label = false;
    const RawSchema schema = recognize(path, options);
    if (!schema.without_image.empty()) return 0;
    const InputFile file(path);
    for (const RunLimits& limits : {RunLimits(), RunLimits{.rows = 1, .pages = 1, .bytes = 1}}) {
      ParquetFooter footer(file);
      ReadingTasks tasks(file, footer, schema, limits);
      RowGroupReader reader(file, footer.columns(), schema, options);
      std::vector<SkippedRow> skipped;
      while (const auto task = tasks.next()) reader.read(*task, 0, skipped);
    }
  } catch (const Error&) {
  }
  return 0;
}
