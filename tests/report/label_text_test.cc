#include "report/label_text.h"

#include <gtest/gtest.h>

#include "report/axes.h"

namespace jetvit {
namespace {

TEST(LabelText, UntrustedBytesCanBeDrawn) {
  EXPECT_EQ(drawable("jet pT [GeV], Δη, 𝛼"), "jet pT [GeV], Δη, 𝛼");
  EXPECT_EQ(drawable("a\xff"
                     "b\x80"),
            "a?b?");
  EXPECT_EQ(drawable("\xc0\xaf"), "??");            // overlong "/"
  EXPECT_EQ(drawable("\xed\xa0\x80"), "???");       // surrogate
  EXPECT_EQ(drawable("\xf4\x90\x80\x80"), "????");  // beyond U+10FFFF
  EXPECT_EQ(drawable("cut \xe2\x82"), "cut ??");    // euro sign cut short
  EXPECT_EQ(drawable(std::string("a\0b\n", 4)), "a?b?");
}

TEST(LabelText, LongTextIsShortenedInTheMiddle) {
  EXPECT_EQ(shortened("short", 10), "short");
  EXPECT_EQ(shortened("0123456789", 5), "01…89");
  EXPECT_EQ(shortened("ΔΔΔΔΔΔ", 4), "Δ…ΔΔ");
  EXPECT_EQ(character_count("−1.0"), 4U);
}

TEST(LabelText, TicksHaveTheDigitsOfTheirStep) {
  EXPECT_EQ(tick_text(0.2, 0.2), "0.2");
  EXPECT_EQ(tick_text(1, 0.2), "1.0");
  EXPECT_EQ(tick_text(-0.5, 0.5), "−0.5");
  EXPECT_EQ(tick_text(1e-17, 0.2), "0");
  EXPECT_EQ(tick_text(1500, 500), "1500");
  EXPECT_EQ(tick_text(250000, 50000), "2.5e5");
  EXPECT_EQ(tick_text(2.5e-6, 5e-7), "2.5e-6");
  EXPECT_EQ(tick_text(0.0001, 0.0001), "0.0001");
  EXPECT_EQ(tick_text(0.765, 0.005), "0.765");
}

TEST(Ticks, AreRoundAndFew) {
  for (const double low : {-1e9, -3.3, 0.0, 1e-7, 5e5}) {
    for (const double width : {1e-3, 0.7, 1.0, 37.0, 1e8}) {
      const auto ticks = ticks_of({"", low, low + width});
      EXPECT_GE(ticks.size(), 3U) << low << " " << width;
      EXPECT_LE(ticks.size(), 9U) << low << " " << width;
      for (const double tick : ticks) {
        EXPECT_GE(tick, low - 1e-6 * width);
        EXPECT_LE(tick, low + 1.000001 * width);
      }
    }
  }
  EXPECT_EQ(ticks_of({"", 1, 1000, true}), (std::vector<double>{1, 10, 100, 1000}));
  EXPECT_TRUE(ticks_of({"", 1, 1}).empty());
  EXPECT_EQ(ticks_of({"", 0.5, 3.5, false, true}), (std::vector<double>{1, 2, 3}));
}

}  // namespace
}  // namespace jetvit
