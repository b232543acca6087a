// That the files are ONNX is for tests/oracle/check/export_onnx.py.
#include "onnx/model_file.h"

#include <fstream>

#include <ATen/ops/rand.h>

#include "base/file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit::onnx {
namespace {

Graph small_graph() {
  Graph graph;
  graph.inputs = {{"x", {3}}};
  graph.outputs = {{"y", {4}}};
  graph.add("MatMul", {"x", graph.constant(at::rand({3, 4}), "weight")}, {}, "y");
  return graph;
}

void write(const std::filesystem::path& path, const Graph& graph, const std::map<std::string, std::string>& metadata) {
  OutputFile file(path);
  write_model(file, graph, "1.2.3", metadata);
  file.commit();
}

TEST(ModelFile, MetadataComeBack) {
  const test::TempFolder folder;
  const std::map<std::string, std::string> metadata = {
      {"jetvit.model", "vit"}, {"jetvit.recipe", std::string(70000, 'x')}, {"empty", ""}};
  write(folder / "m.onnx", small_graph(), metadata);
  EXPECT_EQ(read_model_metadata(folder / "m.onnx"), metadata);
}

TEST(ModelFile, TheSameGraphGivesTheSameBytes) {
  const test::TempFolder folder;
  const Graph graph = small_graph();
  write(folder / "one", graph, {{"a", "b"}});
  write(folder / "two", graph, {{"a", "b"}});
  EXPECT_TRUE(have_same_content(folder / "one", folder / "two"));
}

TEST(ModelFile, OtherFilesAreRefused) {
  const test::TempFolder folder;
  write(folder / "m.onnx", small_graph(), {{"a", "b"}});
  const std::string bytes = read_text_file(folder / "m.onnx", 1 << 20);
  const auto refused = [&](const std::string& content) {
    std::ofstream(folder / "other", std::ios::binary) << content;
    EXPECT_ERROR(read_model_metadata(folder / "other"), Error, "is no ONNX file of jetvit");
  };
  refused("");
  refused("# a text\n");
  std::string foreign = bytes;
  foreign.replace(foreign.find("jetvit"), 6, "pytorch");  // also one byte longer than the field says
  refused(foreign);
  foreign = bytes;
  foreign.replace(foreign.find("jetvit"), 6, "others");
  refused(foreign);
  for (std::size_t size = 0; size < 20; ++size) refused(bytes.substr(0, size));
}

}  // namespace
}  // namespace jetvit::onnx
