// Scores of any origin: every type of number, every layout that Arrow writes, and what damage, bombs and mistakes are
// answered with.
#include "predict/scores_reader.h"

#include <cmath>
#include <cstddef>
#include <fstream>
#include <memory>
#include <vector>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>
#include <sys/resource.h>

#include "base/commit.h"
#include "base/file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

template <class Builder, class Value>
std::shared_ptr<arrow::Array> array(const std::vector<Value>& values) {
  Builder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return *builder.Finish();
}

std::shared_ptr<arrow::Array> doubles(const std::vector<double>& values) {
  return array<arrow::DoubleBuilder>(values);
}

struct Column {
  const char* name;
  std::shared_ptr<arrow::Array> values;
};

class ScoresOfAnyOrigin : public ::testing::Test {
 protected:
  // Writes the columns as they are, `times` times.
  void write(const std::vector<Column>& columns, const std::shared_ptr<parquet::WriterProperties>& properties,
             int times = 1, std::int64_t rows_per_group = 1 << 20) const {
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const Column& column : columns) {
      fields.push_back(arrow::field(column.name, column.values->type()));
      arrays.push_back(column.values);
    }
    const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
    const auto output = *arrow::io::FileOutputStream::Open(path_.string());
    auto writer = *parquet::arrow::FileWriter::Open(*table->schema(), arrow::default_memory_pool(), output, properties);
    for (int time = 0; time < times; ++time) ASSERT_TRUE(writer->WriteTable(*table, rows_per_group).ok());
    ASSERT_TRUE(writer->Close().ok());
    ASSERT_TRUE(output->Close().ok());
  }

  void write(const std::vector<Column>& columns) const { write(columns, parquet::default_writer_properties()); }

  test::TempFolder folder_;
  std::filesystem::path path_ = folder_ / "scores.parquet";
};

const std::vector<Column> good = {{"score", doubles({0.1, 0.4, 0.35, 0.8})},
                                  {"label", array<arrow::UInt8Builder, std::uint8_t>({0, 0, 1, 1})}};

std::vector<Column> with(const Column& column) {
  std::vector<Column> columns = good;
  columns.push_back(column);
  return columns;
}

TEST_F(ScoresOfAnyOrigin, OfEveryTypeOfNumber) {
  write({{"label", array<arrow::BooleanBuilder, bool>({true, false})},
         {"weight", array<arrow::Int32Builder, std::int32_t>({1, 3})},
         {"score", array<arrow::Int64Builder, std::int64_t>({-5, std::int64_t{1} << 40})},
         {"wide", array<arrow::UInt32Builder, std::uint32_t>({7, 0xffffffff})},
         {"wider", array<arrow::UInt64Builder, std::uint64_t>({7, std::uint64_t{3} << 62})},
         {"small", array<arrow::Int8Builder, std::int8_t>({-7, 7})},
         {"float", array<arrow::FloatBuilder, float>({0.5F, std::nanf("")})},
         {"logit", array<arrow::FloatBuilder, float>({1, 2})},
         {"source_row", array<arrow::UInt64Builder, std::uint64_t>({1, 2})},
         {"split", array<arrow::StringBuilder, std::string>({"train", "test"})}});
  const Scores scores = read_scores(path_);
  EXPECT_EQ(scores.score, (std::vector<double>{-5, std::ldexp(1.0, 40)}));
  EXPECT_EQ(scores.label, (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(scores.weight, (std::vector<float>{1, 3}));
  EXPECT_EQ(scores.observer_names, (std::vector<std::string>{"wide", "wider", "small", "float"}));
  EXPECT_EQ(scores.observers[0], (std::vector<double>{7, 4294967295.0}));
  EXPECT_EQ(scores.observers[1], (std::vector<double>{7, std::ldexp(3.0, 62)}));
  EXPECT_EQ(scores.observers[2], (std::vector<double>{-7, 7}));
  EXPECT_TRUE(std::isnan(scores.observers[3][1]));
}

TEST_F(ScoresOfAnyOrigin, OverRowGroupsAndPages) {
  std::vector<double> score;
  std::vector<std::uint8_t> label;
  for (int jet = 0; jet < 70000; ++jet) {
    score.push_back(std::fmod(jet * 0.37, 1.0));
    label.push_back(static_cast<std::uint8_t>(jet % 3 == 0));
  }
  for (const bool dictionary : {true, false}) {
    parquet::WriterProperties::Builder properties;
    properties.compression(parquet::Compression::SNAPPY)->data_pagesize(5000);
    if (!dictionary) properties.disable_dictionary()->data_page_version(parquet::ParquetDataPageVersion::V2);
    write({{"score", doubles(score)}, {"label", array<arrow::UInt8Builder>(label)}}, properties.build(), 1,
          dictionary ? 1 << 20 : 999);
    const Scores scores = read_scores(path_);
    EXPECT_EQ(scores.score, score);
    EXPECT_EQ(scores.label, label);
    EXPECT_EQ(scores.weight, std::vector<float>(score.size(), 1));
  }
}

TEST_F(ScoresOfAnyOrigin, MistakesAreNamed) {
  write({good[0]});
  EXPECT_ERROR(read_scores(path_), Error, path_.string() + ": has no column label");
  write({good[1]});
  EXPECT_ERROR(read_scores(path_), Error, path_.string() + ": has no column score");
  write({{"score", array<arrow::StringBuilder, std::string>({"0.1", "0.2"})}, {"label", doubles({0, 1})}});
  EXPECT_ERROR(read_scores(path_), Error, "column score does not hold plain numbers");
  arrow::Decimal128Builder decimal(arrow::decimal128(5, 2));
  ASSERT_TRUE(decimal.Append(arrow::Decimal128(50)).ok());
  write({{"score", *decimal.Finish()}, {"label", doubles({0})}},
        parquet::WriterProperties::Builder().enable_store_decimal_as_integer()->build());
  EXPECT_EQ(read_scores(path_).score, std::vector<double>{0.5});
  write(with({"weight", array<arrow::Date32Builder, std::int32_t>({1, 2, 3, 4})}));
  EXPECT_ERROR(read_scores(path_), Error, "column weight does not hold plain numbers");
  write({good[0], {"label", doubles({0, 1, 0.5, 1})}});
  EXPECT_ERROR(read_scores(path_), Error, path_.string() + ": column label holds 0.5 (0 and 1 are expected)");
  write({good[0], {"label", doubles({0, 1, -1, 1})}});
  EXPECT_ERROR(read_scores(path_), Error, "column label holds -1");
  arrow::DoubleBuilder pt;
  ASSERT_TRUE(pt.AppendValues({1, 2, 3}).ok() && pt.AppendNull().ok());
  write(with({"pt", *pt.Finish()}));
  const std::vector<double> read = read_scores(path_).observers.at(0);
  EXPECT_EQ(read[2], 3);
  EXPECT_TRUE(std::isnan(read[3]));  // as a missing value that is written as NaN
  for (const char* name : {"score", "label", "weight"}) {
    arrow::DoubleBuilder values;
    ASSERT_TRUE(values.AppendValues({1, 0, 1}).ok() && values.AppendNull().ok());
    std::vector<Column> columns;
    for (const Column& column : good) {
      if (std::string_view(column.name) != name) columns.push_back(column);
    }
    columns.push_back({name, *values.Finish()});
    write(columns);
    EXPECT_ERROR(read_scores(path_), Error, path_.string() + ": column " + name + " holds nulls");
  }
  commit_text(path_, "no Parquet");
  EXPECT_ERROR(read_scores(path_), Error, path_.string() + ": is text, not a Parquet file");
  EXPECT_ERROR(read_scores(folder_ / "absent.parquet"), Error, "absent.parquet");
  EXPECT_ERROR(read_scores(folder_.path()), Error, "is a folder");
}

std::int64_t peak_kilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Zeros cost a file next to nothing: 34 million rows in 250 kB.
TEST_F(ScoresOfAnyOrigin, BombsAreRefused) {
  const std::vector<double> zeros(1 << 20, 0.0);
  const std::vector<Column> columns = {{"score", doubles(zeros)}, {"label", doubles(zeros)}};
  write(columns, parquet::default_writer_properties(), 33);
  EXPECT_LT(std::filesystem::file_size(path_), 300'000U);
  const std::int64_t before = peak_kilobytes();
  EXPECT_ERROR(read_scores(path_), Error,
               path_.string() + ": holds more rows than can be measured (limit 33,554,432 with its 2 columns");
  EXPECT_LT(peak_kilobytes() - before, 20'000);
  std::vector<Column> wide = columns;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) wide.push_back({name, columns[0].values});
  write(wide, parquet::default_writer_properties(), 13);
  EXPECT_ERROR(read_scores(path_), Error, "(limit 13,421,772 with its 10 columns of numbers; divide the file)");
}

TEST_F(ScoresOfAnyOrigin, EveryFlippedByteIsAnAnswer) {
  write(with({"pt", doubles({80, 90, 100, 110})}));
  const std::vector<std::byte> bytes = read_binary_file(path_, 1 << 20);
  const std::int64_t before = peak_kilobytes();
  int refused = 0;
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    for (const std::byte mask : {std::byte{1} << (place % 8), std::byte{0xff}, std::byte{0x80}}) {
      std::vector<std::byte> damaged = bytes;
      damaged[place] ^= mask;
      std::ofstream(path_, std::ios::binary).write(reinterpret_cast<const char*>(damaged.data()), std::ssize(damaged));
      try {
        const Scores scores = read_scores(path_);
        EXPECT_EQ(scores.label.size(), scores.size());
        EXPECT_EQ(scores.weight.size(), scores.size());
        for (const auto& column : scores.observers) EXPECT_EQ(column.size(), scores.size());
      } catch (const Error& error) {
        ASSERT_THAT(error.what(), ::testing::HasSubstr(path_.string()));
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 500);
  EXPECT_LT(peak_kilobytes() - before, 100'000);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(size));
    EXPECT_ERROR(read_scores(path_), Error, path_.string() + ": is ");
  }
}

}  // namespace
}  // namespace jetvit
