#include "base/options.h"

#include "base/toml.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

struct Inner {
  double lr = 0.001;
  std::vector<int> depths = {2, 3};
};
template <class Visitor>
void visit_fields(Visitor& visit, Inner& options) {
  visit("lr", options.lr, "learning rate", Range{0, 10});
  visit("depths", options.depths, "blocks a stage", Range{1, 99});
}

struct Outer {
  std::string kind = "plateau";
  bool shuffle = true;
  int epochs = 3;
  Inner optimizer;
};
template <class Visitor>
void visit_fields(Visitor& visit, Outer& options) {
  visit("kind", options.kind, "schedule", OneOf{"plateau", "cosine"});
  visit("shuffle", options.shuffle, "new order each epoch");
  visit("epochs", options.epochs, "passes over the data", Range{1});
  visit("optimizer", options.optimizer, "optimizer");
}

Outer read(const std::string& toml, std::vector<std::string> overrides = {}) {
  Json tree = parse_toml(toml, "recipe.toml");
  for (const std::string& assignment : overrides) apply_override(tree, assignment);
  Outer options;
  options_from_json(tree, options);
  return options;
}

TEST(Options, ReadsNestedTablesAndOverrides) {
  const Outer options = read("kind = \"cosine\"\n[optimizer]\nlr = 3e-4\n",
                             {"optimizer.lr=5e-4", "epochs=7", "shuffle=false", "optimizer.depths=[1, 2]"});
  EXPECT_EQ(options.kind, "cosine");
  EXPECT_EQ(options.optimizer.lr, 5e-4);
  EXPECT_EQ(options.epochs, 7);
  EXPECT_FALSE(options.shuffle);
  EXPECT_EQ(options.optimizer.depths, (std::vector<int>{1, 2}));
  EXPECT_EQ(read("", {"kind=cosine"}).kind, "cosine");
}

TEST(Options, RoundTripsThroughJson) {
  Outer options = read("epochs = 9\n[optimizer]\nlr = 0.1\n");
  Outer again;
  options_from_json(options_to_json(options), again);
  EXPECT_EQ(options_to_json(again), options_to_json(options));
  EXPECT_EQ(options_help(options)[3].key, "optimizer.lr");
  EXPECT_EQ(options_help(options)[3].range, "0 to 10");
}

TEST(Options, SuggestsTheRightKey) {
  EXPECT_ERROR(read("[optimizer]\nlearn = 1\n"), UsageError, "unknown key \"optimizer.learn\" (known: lr, depths)");
  EXPECT_ERROR(read("epoch = 1\n"), UsageError, "unknown key \"epoch\" (did you mean \"epochs\"?)");
}

TEST(Options, NamesValueTypeAndRange) {
  EXPECT_ERROR(read("[optimizer]\nlr = -1\n"), UsageError, "optimizer.lr = -1 is out of range (0 to 10)");
  EXPECT_ERROR(read("epochs = \"many\"\n"), UsageError, "epochs = \"many\" is not a whole number");
  EXPECT_ERROR(read("epochs = 0\n"), UsageError, "epochs = 0 is out of range (from 1)");
  EXPECT_ERROR(read("kind = \"linear\"\n"), UsageError, "kind = \"linear\" is not one of plateau, cosine");
  EXPECT_ERROR(read("optimizer = 3\n"), UsageError, "optimizer = 3 is not a table");
  EXPECT_ERROR(read("", {"optimizer.lr=nan"}), UsageError, "out of range");
}

TEST(Toml, NamesFileLineAndColumn) {
  EXPECT_ERROR(parse_toml("a = 1\nb = = 2\n", "recipe.toml"), UsageError, "recipe.toml: line 2, column");
  EXPECT_ERROR(read("", {"epochs"}), UsageError, "is not of the form key=value");
}

TEST(ParseJson, BoundsDepthAndSizeBeforeBuildingATree) {
  EXPECT_ERROR(parse_json(std::string(100000, '['), "manifest.json"), Error, "nested deeper than 32 levels");
  EXPECT_ERROR(parse_json("[1, 2]", "manifest.json", 3), Error, "JSON of 6 bytes (limit 3)");
  EXPECT_ERROR(parse_json("{\"a\": ", "manifest.json"), Error, "manifest.json: is not valid JSON");
  EXPECT_EQ(parse_json("{\"a[[[\": \"\\\"]]\"}", "x", 100, 1).size(), 1U);
}

}  // namespace
}  // namespace jetvit
