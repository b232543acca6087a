// Raw Parquet: footer, schema, pages and values, as RawReader reads them, without its threads.
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "raw/parquet_footer.h"
#include "raw/raw_schema.h"
#include "raw/row_group_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  static fuzz::MemoryFile memory;
  const std::filesystem::path& path = memory.write(fuzz::as_text(data, size));
  try {
    ReadOptions options;
    options.require_label = false;
    const RawSchema schema = recognise(path, "y", "auto", {});
    if (!schema.without_image.empty()) return 0;
    const InputFile file(path);
    ParquetFooter footer(file);
    RowGroupReader reader(file, footer.columns(), schema, options);
    RowGroup group;
    std::vector<SkippedRow> skipped;
    std::uint64_t row = 0;
    while (footer.next(wanted_columns(schema), group)) {
      reader.read({&group, 1}, row, 0, skipped);
      row += group.rows;
    }
  } catch (const Error&) {
  }
  return 0;
}
