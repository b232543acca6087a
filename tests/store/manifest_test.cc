// Manifests that are damaged, forged or of another version cause an Error that names the file, never a crash.
#include "store/manifest.h"

#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "base/file.h"
#include "store/small_store.h"
#include "store/store_reader.h"
#include "store/store_writer.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

class ManifestFile : public ::testing::Test {
 protected:
  ManifestFile() : store_(folder_ / "store") {
    test::write_small_store(store_);
    document_ = read_text_file(store_ / "manifest.json", 1 << 20);
  }

  void write(const std::string& document) const {
    std::ofstream(store_ / "manifest.json", std::ios::binary | std::ios::trunc) << document;
  }

  // Expects that the manifest is refused after `edit`, without its digest, with these words and the file's name.
  void expect_error(const std::function<void(Json&)>& edit, const std::string& words) const {
    Json json = Json::parse(document_);
    json.erase("manifest_sha256");
    edit(json);
    write(json.dump());
    EXPECT_ERROR(read_manifest(store_), Error, words);
    EXPECT_ERROR(read_manifest(store_), Error, (store_ / "manifest.json").string() + ": ");
  }

  test::TempFolder folder_;
  std::filesystem::path store_;
  std::string document_;
};

TEST_F(ManifestFile, Missing) {
  EXPECT_ERROR(read_manifest(folder_.path()), Error, "is not a jet store (it has no manifest.json; make one with");
  EXPECT_ERROR(read_manifest(folder_ / "absent"), Error, "is not a jet store");
}

TEST_F(ManifestFile, OtherVersionOrFormat) {
  expect_error([](Json& json) { json["version"] = 2; },
               "has version 2, but this program reads version 1 (prepare the data again)");
  expect_error([](Json& json) { json["version"] = "1"; }, "has version \"1\"");
  expect_error([](Json& json) { json["format"] = "png folder"; }, "is not the manifest of a jet store");
}

TEST_F(ManifestFile, EveryKeyIsNeeded) {
  const Json complete = Json::parse(document_);
  for (const auto& [key, value] : complete.items()) {
    const bool is_column = key == "weight_column" || key == "label_column";
    if (key == "manifest_sha256" || key == "command" || is_column || key.starts_with("skipped_re"))
      continue;                    // older stores lack these
    const std::string name = key;  // a structured binding cannot be captured
    expect_error([&name](Json& json) { json.erase(name); }, "key '" + name + "' not found");
    expect_error([&name](Json& json) { json[name] = nullptr; }, "manifest.json: ");
  }
  for (const Json& command : {Json(nullptr), Json(5), Json("prepare")}) {
    expect_error([&command](Json& json) { json["command"] = command; }, "\"command\" is not an object");
  }
  for (const std::string key : {"weight_column", "label_column"}) {
    expect_error([&key](Json& json) { json[key] = 5; }, "manifest.json: ");
  }
  for (const std::string key : {"file", "split", "jets", "bytes", "sha256"}) {
    expect_error([&key](Json& json) { json["shards"][1].erase(key); }, "key '" + key + "' not found");
  }
}

TEST_F(ManifestFile, NumbersThatDoNotFit) {
  for (const Json& number : {Json(-1), Json(1.5), Json(1e300), Json("9"), Json(nullptr), Json(Json::array())}) {
    expect_error([&](Json& json) { json["shards"][0]["jets"] = number; }, "\"jets\" is " + number.dump());
    expect_error([&](Json& json) { json["shards"][0]["bytes"] = number; }, "\"bytes\" is " + number.dump());
    expect_error([&](Json& json) { json["shape"][1] = number; }, "\"shape\" is " + number.dump());
    expect_error([&](Json& json) { json["splits"]["test"]["class_1"] = number; }, "\"class_1\" is");
  }
  constexpr auto kHuge = std::numeric_limits<std::uint64_t>::max();
  expect_error([&](Json& json) { json["shards"][0]["jets"] = kHuge; }, "states 18446744073709551615 jets");
  expect_error([&](Json& json) { json["splits"]["train"]["class_0"] = kHuge; },
               "split train differ from those of its shards");
  expect_error([&](Json& json) { json["shape"][2] = 4294967296 + 7; }, "\"shape\" is 4294967303");
  expect_error([&](Json& json) { json["shape"] = {3, 60000, 60000}; }, "shape that does not fit its channels");
  expect_error([&](Json& json) { json["shape"] = {3, 0, 7}; }, "shape that does not fit its channels");
  expect_error([&](Json& json) { json["shape"] = {4, 9, 7}; }, "shape that does not fit its channels");
  expect_error([&](Json& json) { json["shape"] = {3}; }, "damaged");
  expect_error([&](Json& json) { json["channels"][0]["statistics"]["mean"] = nullptr; }, "damaged");
}

TEST_F(ManifestFile, ReportOfSkippedRows) {
  expect_error([](Json& json) { json["skipped_reasons"]["NaN"] = -1; }, "\"NaN\" is -1");
  expect_error([](Json& json) { json.erase("skipped_report"); }, "key 'skipped_report' not found");
  const Json report = {{"file", "../skipped.csv"}, {"bytes", 1}, {"sha256", "0"}};
  expect_error([&](Json& json) { json["skipped_report"] = report; }, "outside the store");
  Json json = Json::parse(document_);
  for (const char* key : {"manifest_sha256", "skipped_reasons", "skipped_report"}) json.erase(key);
  write(json.dump());
  EXPECT_FALSE(read_manifest(store_).skipped_report);
}

// Wrong sizes are detected before memory is allocated.
TEST_F(ManifestFile, HugeShardsAreNotAllocated) {
  Json json = Json::parse(document_);
  json.erase("manifest_sha256");
  json["shards"][0]["bytes"] = std::uint64_t{1} << 62;
  write(json.dump());
  const Manifest manifest = read_manifest(store_);
  EXPECT_ERROR(read_split(store_, manifest, Split::kTrain, 2), Error, "expected 4611686018427387904");
}

TEST_F(ManifestFile, NamesOutsideTheStore) {
  for (const std::string name : {"../store/train.arrow", "/etc/passwd", "..", ".", "", ".hidden", "a/b"}) {
    expect_error([&](Json& json) { json["shards"][0]["file"] = name; }, "it names a shard \"" + name + "\" outside");
  }
  expect_error([&](Json& json) { json["shards"][0]["file"] = std::string("a\0b", 3); }, "\"a\\u0000b\" outside");
}

TEST_F(ManifestFile, NotJson) {
  for (const std::string document : {"", "{", "not json", "\xff\xfe", "{\"format\": \"jetvit store\",}"}) {
    write(document);
    EXPECT_ERROR(read_manifest(store_), Error, "manifest.json: is not valid JSON");
  }
  write("[1, 2]");
  EXPECT_ERROR(read_manifest(store_), Error, "manifest.json: ");
  write(std::string(100000, '['));
  EXPECT_ERROR(read_manifest(store_), Error, "manifest.json: JSON nested deeper");
  for (std::size_t size = 0; size + 2 < document_.size(); size += 31) {
    write(document_.substr(0, size));
    EXPECT_ERROR(read_manifest(store_), Error, "manifest.json: ");
  }
}

// Any changed character is detected, or does not affect the values that are read.
TEST_F(ManifestFile, FlippedBytes) {
  const Manifest original = read_manifest(store_);
  int refused = 0;
  for (std::size_t position = 0; position < document_.size(); position += 2) {
    std::string damaged = document_;
    damaged[position] = static_cast<char>(damaged[position] ^ (1 << (position % 8)));
    write(damaged);
    try {
      const Manifest manifest = read_manifest(store_);
      ASSERT_EQ(manifest.fingerprint, original.fingerprint) << position;
      ASSERT_EQ(manifest.counts, original.counts) << position;
      ASSERT_EQ(manifest.statistics[1].mean, original.statistics[1].mean) << position;
      ASSERT_EQ(manifest.sources, original.sources) << position;
    } catch (const Error& error) {
      ++refused;
      ASSERT_THAT(error.what(), ::testing::HasSubstr("manifest.json")) << position;
    }
  }
  EXPECT_GT(refused, static_cast<int>(document_.size() / 4));
}

TEST_F(ManifestFile, NamesThatAreNotUtf8) {
  Manifest manifest = test::small_manifest();
  manifest.source_files[0].name = "jets\xff.parquet";
  StoreWriter writer(folder_ / "other");
  writer.append(test::random_jets(3, test::kSmallShape, 1), Split::kTrain);
  writer.close(manifest);
  EXPECT_EQ(read_manifest(folder_ / "other").sources[0], "jets\xef\xbf\xbd.parquet");
}

}  // namespace
}  // namespace jetvit
