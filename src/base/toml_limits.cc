#include "base/toml_limits.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// Counts dots of keys, brackets and equals signs outside of strings and comments.
class DocumentLimits {
 public:
  explicit DocumentLimits(const std::string& name) : name_(name) {}

  void check(const std::string& document) {
    for (std::size_t at = 0; at < document.size(); ++at) {
      const char letter = document[at];
      if (letter == '\n') {
        ++line_;
        dots_ = 0;
        if (depth_ == 0) in_value_ = false;
      } else if (letter == '"' || letter == '\'') {
        at = end_of_string(document, at);
      } else if (letter == '#') {
        at = std::min(document.find('\n', at), document.size()) - 1;
      } else {
        count(letter);
      }
    }
  }

 private:
  void count(char letter) {
    if (letter == '.') {
      if (++dots_ >= kDeepestToml) refuse(text("a key has more than ", kDeepestToml, " parts"));
      return;
    }
    if (letter == '[' || letter == '{') {
      if (depth_ == 0 && !in_value_) count_entry();  // the header of a table
      if (++depth_ > kDeepestToml) refuse(text("tables and lists are nested more than ", kDeepestToml, " levels deep"));
    } else if ((letter == ']' || letter == '}') && depth_ > 0) {
      --depth_;
    } else if (letter == '=') {
      in_value_ = true;
      count_entry();
    }
    const bool within_key = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '-' ||
                            letter == ' ' || letter == '\t';
    if (!within_key) dots_ = 0;
  }

  void count_entry() {
    if (++entries_ > kMostTomlKeys) refuse(text("more than ", kMostTomlKeys, " keys and tables"));
  }

  // The position of the quote that ends the string, or the end of the document.
  std::size_t end_of_string(const std::string& document, std::size_t at) {
    const char quote = document[at];
    const std::string triple(3, quote);
    const bool is_long = document.compare(at, 3, triple) == 0;
    for (at += is_long ? 3 : 1; at < document.size(); ++at) {
      if (document[at] == '\n') {
        if (!is_long) return at - 1;  // the parser reports it
        ++line_;
      } else if (document[at] == '\\' && quote == '"') {
        if (++at < document.size() && document[at] == '\n') ++line_;
      } else if (document[at] == quote && (!is_long || document.compare(at, 3, triple) == 0)) {
        return at + (is_long ? 2 : 0);
      }
    }
    return document.size();
  }

  [[noreturn]] void refuse(const std::string& problem) const {
    throw UsageError(text(name_, ": line ", line_, ": ", problem));
  }

  const std::string& name_;
  int line_ = 1;
  bool in_value_ = false;  // after the equals sign of a line
  std::size_t dots_ = 0, depth_ = 0, entries_ = 0;
};

}  // namespace

void refuse_excessive_toml(const std::string& document, const std::string& name) {
  DocumentLimits(name).check(document);
}

}  // namespace jetvit
