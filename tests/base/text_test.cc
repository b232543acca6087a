#include "base/text.h"

#include <array>
#include <clocale>
#include <cstdio>
#include <cstdlib>

#include "base/table.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(Text, ConcatenatesAndFormats) {
  EXPECT_EQ(text("row ", 7, ": ", 0.1, ' ', true), "row 7: 0.1 true");
  EXPECT_EQ(fixed(0.8146, 2), "0.81");
  EXPECT_EQ(fixed(-0.04, 1), "0.0");
  EXPECT_EQ(fixed(-0.06, 1), "-0.1");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(12), "12");
  EXPECT_EQ(human_bytes(1536), "1.5 kB");
  EXPECT_EQ(human_seconds(3725), "1:02:05");
  EXPECT_EQ(human_seconds(65), "1:05");
}

// Sets a locale with a decimal comma: the machine's, or the one that scripts/setup --with-tests creates.
bool set_comma_locale() {
  if (std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr) return true;
  ::setenv("LOCPATH", JETVIT_TEST_LOCALES, 1);
  return std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr;
}

TEST(Text, NumbersDoNotFollowTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  ASSERT_TRUE(set_comma_locale()) << "locale de_DE.UTF-8 is missing: run scripts/setup --with-tests";
  std::array<char, 8> words{};
  std::snprintf(words.data(), words.size(), "%.1f", 72.5);
  EXPECT_STREQ(words.data(), "72,5") << "the locale has no decimal comma";
  EXPECT_EQ(text(72.5), "72.5");
  EXPECT_EQ(fixed(72.5, 1), "72.5");
  EXPECT_EQ(with_commas(7250), "7,250");
  EXPECT_EQ(parse_double("72.5", "pt"), 72.5);
  EXPECT_ERROR(parse_double("72,5", "pt"), UsageError, "is not a number");
  std::setlocale(LC_ALL, before.c_str());
}

TEST(Text, ParsesWholeWordsOnly) {
  EXPECT_EQ(parse_double("-1e3", "x"), -1000);
  EXPECT_EQ(parse_integer("12", "x"), 12);
  EXPECT_ERROR(parse_double("1,5", "--pile-up"), UsageError, "--pile-up: \"1,5\" is not a number");
  EXPECT_ERROR(parse_integer("12a", "--jets"), UsageError, "--jets: \"12a\" is not a whole number");
}

TEST(Text, WhatChangesATerminalIsEscaped) {
  EXPECT_EQ(printable("a\x1b[31m\n"), "a\\u001b[31m\\u000a");
  EXPECT_EQ(terminal_safe("one\ttwo\n\r\x7f"), "one\ttwo\n\\u000d\\u007f");
  EXPECT_EQ(terminal_safe("\xc2\x85\xc2\x9b"), "\\u0085\\u009b");  // C1: next line, control sequence introducer
  EXPECT_EQ(terminal_safe("\u202e live\u2066\u200f\u061c\u2028"), "\\u202e live\\u2066\\u200f\\u061c\\u2028");
  EXPECT_EQ(terminal_safe("a\u200b\u00ad\U000e0041b"), "a\\u200b\\u00ad\\udb40\\udc41b");  // invisible; a tag character
  EXPECT_EQ(one_line("one\ttwo\nthree"), "one\\u0009two\\u000athree");
  EXPECT_EQ(text_table({"name"}, {{"a\nb"}}), "name\n--------\na\\u000ab\n");
  EXPECT_EQ(terminal_safe("quark ± η 粒 \U0001f600"), "quark ± η 粒 \U0001f600");
}

// RFC 3629: what is cut off, too long, a surrogate or beyond U+10FFFF is no UTF-8.
TEST(Text, BytesThatAreNotUtf8AreEscaped) {
  EXPECT_EQ(terminal_safe("\xff"), "\\udcff");
  EXPECT_EQ(terminal_safe("\xc3"), "\\udcc3");
  EXPECT_EQ(terminal_safe("\xc0\x9b"), "\\udcc0\\udc9b");
  EXPECT_EQ(terminal_safe("\xe0\x80\x9b"), "\\udce0\\udc80\\udc9b");
  EXPECT_EQ(terminal_safe("\xed\xa0\x80"), "\\udced\\udca0\\udc80");
  EXPECT_EQ(terminal_safe("\xf4\x90\x80\x80z"), "\\udcf4\\udc90\\udc80\\udc80z");
}

TEST(Text, LowerCaseChangesLettersOfAsciiAlone) {
  std::string all, expected;
  for (int code = 0; code < 256; ++code) {
    all.push_back(static_cast<char>(code));
    expected.push_back(static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code));
  }
  EXPECT_EQ(lower_case(all), expected);
}

TEST(Text, NearestWord) {
  EXPECT_EQ(nearest_word("coatnet0", {"vit_tiny", "coatnet_0", "resnet_15"}), "coatnet_0");
  EXPECT_EQ(nearest_word("zzzz", {"vit_tiny"}), "");
}

TEST(Table, AlignsColumns) {
  EXPECT_EQ(text_table({"model", "AUC"}, {{"pt", "0.5"}, {"coatnet", "0.8146"}}),
            "model       AUC\n-------  ------\npt          0.5\ncoatnet  0.8146\n");
}

}  // namespace
}  // namespace jetvit
