#include "base/toml.h"

#include <string>

#include "base/text.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

std::string repeated(const std::string& part, int count) {
  std::string out;
  for (int index = 0; index < count; ++index) out += part;
  return out;
}

// A parser that calls itself for every level would overflow the stack at a hundred thousand of them.
TEST(Toml, DocumentsThatAreTooDeepAreRefusedBeforeTheyAreParsed) {
  constexpr int kMany = 100000;
  EXPECT_ERROR(parse_toml("a = 1\n" + repeated("b.", kMany) + "c = 1\n", "x"), UsageError,
               "x: line 2: a key has more than 32 parts");
  EXPECT_ERROR(parse_toml("[" + repeated("'b' . ", kMany) + "c]\n", "x"), UsageError, "a key has more than 32 parts");
  EXPECT_ERROR(parse_toml("a = " + repeated("[", kMany), "x"), UsageError, "nested more than 32 levels deep");
  EXPECT_ERROR(parse_toml("a = " + repeated("{b=", kMany), "x"), UsageError, "nested more than 32 levels deep");
  Json tree = Json::object();
  EXPECT_ERROR(apply_override(tree, repeated("a.", kMany) + "b=1"), UsageError, "the key has more than 32 parts");
  EXPECT_TRUE(tree.empty());
}

TEST(Toml, AnOverrideWithoutAValueIsToldItsForm) {
  Json tree = Json::object();
  EXPECT_ERROR(apply_override(tree, "train.epochs"), UsageError,
               "`set` train.epochs: is not of the form key=value (write train.epochs=VALUE)");
  EXPECT_ERROR(apply_override(tree, "=3"), UsageError, "(write key=VALUE)");
  EXPECT_TRUE(tree.empty());
}

TEST(Toml, LaterOverridesReplaceEarlierOnes) {
  EXPECT_EQ(tree_of_overrides({"image_size=64", "stem.kind=plain", "image_size=32"}),
            Json::parse(R"({"image_size": 32, "stem": {"kind": "plain"}})"));
  EXPECT_EQ(tree_of_overrides({}), Json::object());
  EXPECT_ERROR(tree_of_overrides({"image_size=64", "depth"}), UsageError, "`set` depth: is not of the form key=value");
}

TEST(Toml, DocumentsWithTooManyKeysAreRefused) {
  std::string document;
  for (int key = 0; key < 4096; ++key) document += text("k", key, " = ", key, ".5\n");
  EXPECT_EQ(parse_toml(document, "x").size(), 4096U);
  EXPECT_ERROR(parse_toml(document + "last = 1\n", "x"), UsageError, "x: line 4097: more than 4096 keys and tables");
  std::string tables;
  for (int table = 0; table < 4096; ++table) tables += text("[t", table, "]\n");
  EXPECT_EQ(parse_toml(tables, "x").size(), 4096U);
  EXPECT_ERROR(parse_toml(tables + "[[last]]\n", "x"), UsageError, "x: line 4097: more than 4096 keys and tables");
  std::string lists;
  for (int key = 0; key < 4096; ++key) lists += text("k", key, " = [[1],\n [2]]\n");
  EXPECT_EQ(parse_toml(lists, "x").size(), 4096U);
}

// Dots, brackets and equals signs in strings, comments and numbers are not counted.
TEST(Toml, LongListsStringsAndCommentsAreRead) {
  const std::string dots = repeated(".[{=", 5000);
  EXPECT_EQ(parse_toml("a = [" + repeated("0.5, ", 5000) + "]\n", "x").at("a").size(), 5000U);
  EXPECT_EQ(parse_toml("a = \"\\\"" + dots + "\" # " + dots + "\nb = 1\n", "x").at("a"), "\"" + dots);
  EXPECT_EQ(parse_toml("a = '''" + dots + "'\n" + dots + "'''\nb = 1\n", "x").at("b"), 1);
  EXPECT_EQ(parse_toml("'a" + dots + "' = 1\n", "x").at("a" + dots), 1);
}

}  // namespace
}  // namespace jetvit
