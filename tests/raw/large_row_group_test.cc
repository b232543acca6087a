// Row groups that are read in runs of pages. For any pages, runs and threads, the rows are the same as with one row
// group per jet, including skipped rows and errors.
#include "raw/large_row_group.h"

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "base/ordered_for.h"
#include "raw/raw_writer.h"
#include "raw/row_group_reader.h"
#include "support/expect_error.h"
#include "support/random_jets.h"
#include "support/temp_folder.h"
#include "variants.h"

namespace jetvit {
namespace {

struct Rows {
  JetRecords jets;
  std::vector<std::string> skipped;  // "row: reason"
  std::size_t tasks = 0;
};

// Reads all rows of a file with these limits.
Rows read_rows(const std::filesystem::path& path, const RunLimits& limits, int threads) {
  const ReadOptions options;
  const RawSchema schema = recognize(path, ReadOptions());
  const InputFile file(path);
  ParquetFooter footer(file);
  ReadingTasks tasks(file, footer, schema, limits);
  std::vector<std::unique_ptr<RowGroupReader>> readers(static_cast<std::size_t>(threads));
  Rows rows;
  using Part = std::pair<JetRecords, std::vector<SkippedRow>>;
  const auto read = [&](const ReadingTask& task, int thread) {
    auto& reader = readers[static_cast<std::size_t>(thread)];
    if (!reader) reader = std::make_unique<RowGroupReader>(file, footer.columns(), schema, options);
    Part part;
    part.first = reader->read(task, 0, part.second);
    return part;
  };
  ordered_for(
      threads, 8, [&] { return tasks.next(); }, read,
      [&](Part&& part) {
        rows.jets.append(part.first);
        for (const SkippedRow& row : part.second) rows.skipped.push_back(std::to_string(row.row) + ": " + row.reason);
        ++rows.tasks;
        return true;
      });
  return rows;
}

constexpr RunLimits kEveryPage = {.rows = 1, .pages = 1};

class LargeRowGroups : public ::testing::TestWithParam<int> {
 protected:
  // Writes the table in row groups of `rows_per_group` rows with pages of about `page_bytes` bytes.
  static void write(const arrow::Table& table, const std::filesystem::path& path, std::int64_t rows_per_group,
                    std::int64_t page_bytes) {
    parquet::WriterProperties::Builder properties;
    properties.compression(GetParam() % 2 == 0 ? parquet::Compression::SNAPPY : parquet::Compression::UNCOMPRESSED);
    if (GetParam() / 2 % 2 == 1) properties.data_page_version(parquet::ParquetDataPageVersion::V2);
    if (GetParam() / 4 % 2 == 1) properties.disable_dictionary();
    properties.data_pagesize(page_bytes)->write_batch_size(16)->dictionary_pagesize_limit(1 << 10);
    const auto output = *arrow::io::FileOutputStream::Open(path.string());
    ASSERT_TRUE(
        parquet::arrow::WriteTable(table, arrow::default_memory_pool(), output, rows_per_group, properties.build())
            .ok());
    ASSERT_TRUE(output->Close().ok());
  }

  // 2 x 5 x 5 jets; with `faults`, every third row has a fault.
  static std::shared_ptr<arrow::Table> table(std::size_t jets, bool faults) {
    const JetRecords good = test::random_jets(jets, {2, 5, 5}, 21);
    auto number = std::make_shared<arrow::DoubleBuilder>();
    auto line = std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), number);
    auto image = std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), line);
    arrow::ListBuilder column(arrow::default_memory_pool(), image);
    arrow::DoubleBuilder pt;
    arrow::DoubleBuilder label;
    for (std::size_t jet = 0; jet < jets; ++jet) {
      const std::size_t fault = faults && jet % 3 == 1 ? 1 + jet / 3 % 8 : 0;
      EXPECT_TRUE(pt.Append(static_cast<double>(jet)).ok());
      EXPECT_TRUE((fault == 1 ? label.AppendNull() : label.Append(good.label[jet])).ok());
      if (fault == 2) {
        EXPECT_TRUE(column.AppendNull().ok());
        continue;
      }
      EXPECT_TRUE(column.Append().ok());
      const int channels = fault == 3 ? 0 : fault == 4 ? 40 : 2;  // 40: a row over many pages
      for (int channel = 0; channel < channels; ++channel) {
        EXPECT_TRUE(image->Append().ok());
        std::vector<double> pixels(25, 0.0);
        const SparseChannel sparse = good.images.channel(jet, channel % 2);
        for (std::size_t hit = 0; hit < sparse.pixel.size(); ++hit) {
          pixels[sparse.pixel[hit]] = static_cast<double>(sparse.value[hit]);
        }
        if (fault == 5) pixels[3] = std::numeric_limits<double>::quiet_NaN();
        if (fault == 6) pixels[24] = -std::numeric_limits<double>::infinity();
        for (int row = 0; row < 5; ++row) {
          EXPECT_TRUE(line->Append().ok());
          const int width = fault == 7 && channel == 1 && row == 4 ? 4 : 5;
          for (int x = 0; x < width; ++x) {
            const bool is_null = fault == 8 && channel == 1 && row == 4 && x == 4;
            EXPECT_TRUE(
                (is_null ? number->AppendNull() : number->Append(pixels[static_cast<std::size_t>(5 * row + x)])).ok());
          }
        }
      }
    }
    return arrow::Table::Make(
        arrow::schema({arrow::field("X_jets", column.type()), arrow::field("pt", arrow::float64()),
                       arrow::field("y", arrow::float64())}),
        {*column.Finish(), *pt.Finish(), *label.Finish()});
  }

  test::TempFolder folder_;
};

TEST_P(LargeRowGroups, GiveTheRowsOfSmallOnes) {
  for (const bool faults : {false, true}) {
    const auto jets = table(300, faults);
    write(*jets, folder_ / "small.parquet", 1, 1 << 20);
    const Rows expected = read_rows(folder_ / "small.parquet", {}, 1);
    EXPECT_EQ(expected.skipped.size(), faults ? 100U : 0U);
    for (const std::int64_t page : {150, 900, 5000, 1 << 20}) {
      write(*jets, folder_ / "large.parquet", 1 << 20, page);
      for (const RunLimits& limits :
           {RunLimits(), kEveryPage, RunLimits{.rows = 20}, RunLimits{.rows = 1, .bytes = 1}}) {
        for (const int threads : {1, 3}) {
          const Rows got = read_rows(folder_ / "large.parquet", limits, threads);
          EXPECT_TRUE(test::equal(got.jets, expected.jets)) << page << ' ' << limits.rows << ' ' << threads;
          EXPECT_EQ(got.skipped, expected.skipped) << page << ' ' << limits.rows << ' ' << threads;
          EXPECT_GT(got.tasks, page == 900 && limits.rows == 1 ? 10U : 0U);
        }
      }
    }
  }
}

TEST_P(LargeRowGroups, AmongSmallOnes) {
  const auto jets = table(700, true);
  write(*jets, folder_ / "small.parquet", 1, 1 << 20);
  write(*jets, folder_ / "mixed.parquet", 330, 900);  // 330, 330 and 40 rows
  const Rows expected = read_rows(folder_ / "small.parquet", {}, 1);
  const Rows got = read_rows(folder_ / "mixed.parquet", {}, 2);
  EXPECT_TRUE(test::equal(got.jets, expected.jets));
  EXPECT_EQ(got.skipped, expected.skipped);
}

INSTANTIATE_TEST_SUITE_P(Variants, LargeRowGroups, ::testing::Range(0, 8));  // bits as in HostileFile

TEST(LargeRowGroup, ErrorsNameGroupAndRow) {
  const test::TempFolder folder;
  JetRecords jets = test::random_jets(2000, {1, 3, 3}, 6);
  jets.label[1790] = 3;
  RawWriter writer(folder / "jets.parquet", {RawLayout::Schema::quark_gluon, true, 1000});
  writer.append(jets);
  writer.close();
  const auto path = folder / "jets.parquet";
  EXPECT_ERROR(read_rows(path, kEveryPage, 3), Error, path.string() + ": row 1790: label y = 3");
}

// A row group whose columns do not match its number of rows, as in a forged footer.
class ForgedGroup : public ::testing::Test {
 protected:
  ForgedGroup() : path_(folder_ / "jets.parquet") {
    RawWriter writer(path_, {RawLayout::Schema::quark_gluon, false, 400});
    writer.append(test::random_jets(400, {1, 3, 3}, 6));
    writer.close();
  }

  // Reads the first row group with its rows and chunks changed.
  void read(const std::function<void(RowGroup&)>& change) {
    const ReadOptions options;
    const RawSchema schema = recognize(path_, ReadOptions());
    const InputFile file(path_);
    ParquetFooter footer(file);
    std::vector<LeafColumn> columns;
    for (const int leaf : wanted_columns(schema)) columns.push_back(footer.columns()[static_cast<std::size_t>(leaf)]);
    RowGroup row_group;
    ASSERT_TRUE(footer.next(wanted_columns(schema), row_group));
    change(row_group);
    const auto group =
        std::make_shared<LargeRowGroup>(file, row_group, 0, columns, 9, RunLimits{.rows = 50, .pages = 1});
    RowGroupReader reader(file, footer.columns(), schema, options);
    std::vector<SkippedRow> skipped;
    while (auto run = group->next_run()) reader.read({.groups = {}, .first_row = 0, .run = run}, 0, skipped);
  }

  test::TempFolder folder_;
  std::filesystem::path path_;
};

TEST_F(ForgedGroup, IsRefused) {
  const std::string where = path_.string() + ": row group 0: column ";
  read([](RowGroup&) {});
  EXPECT_ERROR(read([](RowGroup& group) { group.rows = 401; }), Error, where + "X_jets holds 400 images for 401 rows");
  EXPECT_ERROR(read([](RowGroup& group) { group.rows = 399; }), Error, where + "X_jets holds more images than rows");
  EXPECT_ERROR(read([](RowGroup& group) { group.chunks[0].size = 0; }), Error,
               where + "X_jets holds 0 images for 400 rows");
  EXPECT_ERROR(read([](RowGroup& group) { group.chunks[2].size = 0; }), Error, "holds 0 values for 400 rows");
  EXPECT_ERROR(read([](RowGroup& group) { group.chunks[0].size -= 1; }), Error,
               path_.string() + ": row group 0: a page");
}

}  // namespace
}  // namespace jetvit
