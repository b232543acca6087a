#include "app/man_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ManPage, HasTheUsualSections) {
  const std::string page = man_page({"jetvit bench load",
                                     "Loads jets",
                                     "Read this first.\n\nExamples:\n  jetvit bench load --data store\nLast.\n",
                                     {{{"RAW"}, "[RAW...]", "TEXT ...", "files", {}, true}},
                                     {{{"-q", "--quiet"}, "", "", "show less", {}, false}},
                                     {}},
                                    "0.1.0");
  EXPECT_EQ(page,
            ".TH JETVIT\\-BENCH\\-LOAD 1 \"\" \"jetvit 0.1.0\" \"User Commands\"\n.nh\n.ad l\n"
            ".SH NAME\njetvit\\-bench\\-load \\- Loads jets\n"
            ".SH SYNOPSIS\n\\fBjetvit bench load\\fR [OPTIONS] [RAW...]\n"
            ".SH DESCRIPTION\nLoads jets.\n.PP\nRead this first.\n.PP\nLast.\n"
            ".SH ARGUMENTS\n.TP\n\\fBRAW\\fR TEXT ...\nfiles\n"
            ".SH OPTIONS\n.TP\n\\fB\\-q\\fR, \\fB\\-\\-quiet\\fR\nshow less\n"
            ".SH EXAMPLES\n.nf\njetvit bench load \\-\\-data store\n.fi\n"
            ".SH EXIT STATUS\n.TP\n\\fB0\\fR\nsuccess\n.TP\n\\fB1\\fR\nan error\n.TP\n\\fB2\\fR\n"
            "a mistake on the command line or in a recipe\n.TP\n\\fB128\\fR+\\fIn\\fR\nstopped by signal \\fIn\\fR\n");
}

TEST(ManPage, EscapesWhatRoffWouldRead) {
  const std::string page =
      man_page({"jetvit", "Purpose.", "  .dotted 'a' \"b\" \\n\n  'quoted ~/x^y `z`\n", {}, {}, {}}, "0.1.0");
  EXPECT_THAT(page,
              HasSubstr("\n\\&.dotted \\(aqa\\(aq \\(dqb\\(dq \\(rsn\n\\&\\(aqquoted \\(ti/x\\(hay \\(gaz\\(ga\n"));
  EXPECT_THAT(page, HasSubstr(".SH DESCRIPTION\nPurpose.\n")) << "one period";
  EXPECT_THAT(page, Not(HasSubstr("OPTIONS")));
}

}  // namespace
}  // namespace jetvit
