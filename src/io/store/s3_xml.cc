#include <charconv>
#include <expat.h>
#include <functional>
#include <memory>

#include "core/encoding/text.h"
#include "io/store/errors.h"
#include "io/store/s3_xml_internal.h"

namespace tomme::store {

namespace {

constexpr std::size_t kDepth = 16;
constexpr std::size_t kTextBytes = 64 * 1024;  // of one element

/// Walks through a document and gives each element that ends, by its path ("/ListBucketResult/IsTruncated"),
/// with the text directly in it.
class Walker {
 public:
  using OnEnd = std::function<bool(std::string_view path, std::string_view text)>;

  explicit Walker(OnEnd on_end)
      : on_end_(std::move(on_end)), parser_(XML_ParserCreate(nullptr), &XML_ParserFree) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(),
        [](void* self, const char* name, const char**) { static_cast<Walker*>(self)->start(name); },
        [](void* self, const char*) { static_cast<Walker*>(self)->end(); });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const char* text, int size) {
      static_cast<Walker*>(self)->text({text, static_cast<std::size_t>(size)});
    });
    XML_SetStartDoctypeDeclHandler(parser_.get(), [](void* self, const char*, const char*, const char*, int) {
      static_cast<Walker*>(self)->stop();
    });
  }

  bool walk(BytesView xml) {
    return xml.size() < 1U << 30U && XML_Parse(parser_.get(), reinterpret_cast<const char*>(xml.data()),
                                               static_cast<int>(xml.size()), XML_TRUE) == XML_STATUS_OK;
  }

 private:
  void start(std::string_view name) {
    if (ends_.size() == kDepth) return stop();
    ends_.push_back(path_.size());
    path_.append("/").append(name.substr(name.find(':') + 1));
    text_.clear();
  }
  void text(std::string_view more) {
    if (text_.size() + more.size() > kTextBytes) return stop();
    text_ += more;
  }
  void end() {
    if (!on_end_(path_, text_)) stop();
    path_.resize(ends_.back());
    ends_.pop_back();
    text_.clear();
  }
  void stop() { XML_StopParser(parser_.get(), XML_FALSE); }

  OnEnd on_end_;
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
  std::string path_;
  std::vector<std::size_t> ends_;  // sizes of `path_` without its last names
  std::string text_;
};

bool read_size(std::string_view text, std::uint64_t& out) {
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
  return wrong == std::errc() && end == text.data() + text.size();
}

/// Collects the entries of a listing.
struct Listing {
  S3Listing result;
  S3Object object;
  bool has_size = false;
  bool has_time = false;

  bool element(std::string_view path, std::string_view text) {
    constexpr std::string_view kRoot = "/ListBucketResult/";
    if (!path.starts_with(kRoot)) return path == "/ListBucketResult";
    path.remove_prefix(kRoot.size());
    if (path == "IsTruncated") {
      result.truncated = text == "true";
      return text == "true" || text == "false";
    }
    if (path == "Contents/Key") object.key = text;
    if (path == "Contents/Size") return has_size = read_size(text, object.stat.size);
    if (path == "Contents/LastModified") {
      const auto time = parse_rfc3339(text);
      has_time = time.has_value();
      object.stat.modified = time.value_or(Time());
      return has_time;
    }
    return path != "Contents" || entry();
  }
  bool entry() {
    if (object.key.empty() || !has_size || !has_time) return false;
    result.objects.push_back(std::exchange(object, {}));
    has_size = has_time = false;
    return true;
  }
};

}  // namespace

Result<S3Listing> parse_s3_listing(BytesView xml) {
  Listing listing;
  Walker walker([&](std::string_view path, std::string_view text) { return listing.element(path, text); });
  if (!walker.walk(xml))
    return fail(kStoreDamaged, "the file store answered with a list that cannot be read");
  return std::move(listing.result);
}

std::string s3_element(BytesView xml, std::string_view path) {
  std::string found;
  Walker walker([&](std::string_view at, std::string_view text) {
    if (at == path) found = text;
    return true;
  });
  return walker.walk(xml) ? found : "";
}

std::string s3_error_code(BytesView xml) {
  return printable(s3_element(xml, "/Error/Code"), 60);
}

}  // namespace tomme::store
