#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "core/crypto/key.h"
#include "core/encoding/percent.h"
#include "core/encoding/text.h"
#include "io/net/errors.h"
#include "io/net/http_client.h"
#include "io/net/http_date.h"
#include "io/store/blob_stores_internal.h"
#include "io/store/errors.h"
#include "io/store/s3_address_internal.h"
#include "io/store/s3_signing_internal.h"
#include "io/store/s3_xml_internal.h"
#include "io/system/errors.h"

/// Blobs in S3-compatible storage, path-style: PUT, GET, HEAD, DELETE on /bucket/prefix/key and
/// ListObjectsV2. A blob is one object, put in one request or completed by one, so that it is whole or not
/// there.
namespace tomme::store {

namespace {

constexpr std::uint64_t kAnswerBytes = 8 * 1024 * 1024;  // of a list or an error
constexpr std::string_view kWriterHeader = "x-amz-meta-tomme-writer";
// Of multipart uploads: what AWS takes at most.
constexpr std::uint64_t kMostParts = 10'000;
constexpr std::uint64_t kLargestObject = std::uint64_t{5} << 40U;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes it
  return value != nullptr ? value : "";
}

struct Asked {
  std::string method = "GET";
  std::string key = {};    ///< within the bucket; empty: the bucket itself
  std::string query = {};  ///< sorted, escaped
  net::Headers headers = {};
  Bytes body = {};
  std::uint64_t answer_bytes = kAnswerBytes;
};

class S3Blobs final : public BlobStore {
 public:
  S3Blobs(S3Address address, S3Credentials credentials, net::TrustSettings trust, const BlobLimits& limits)
      : address_(std::move(address)),
        credentials_(std::move(credentials)),
        limits_(limits),
        client_({.trust = std::move(trust), .idle_connections = std::max<std::size_t>(limits.uploads, 1)}) {}

  Result<void> put(const BlobKey& key, BytesView content) override;
  Result<bool> put_if_absent(const BlobKey& key, BytesView content) override;
  Result<std::optional<Bytes>> get(const BlobKey& key, std::uint64_t limit) override;
  Result<std::optional<Bytes>> get_range(const BlobKey& key, std::uint64_t offset,
                                         std::uint64_t length) override;
  Result<std::optional<BlobStat>> stat(const BlobKey& key) override;
  Result<void> remove(const BlobKey& key) override;
  Result<BlobPage> list(std::string_view folder, std::string_view after, std::size_t limit) override;
  std::unique_ptr<BlobBatch> batch() override;
  Result<std::unique_ptr<BlobWriter>> writer(const BlobKey& key, std::uint64_t size) override;
  std::string describe() const override { return address_.describe(); }
  const BlobLimits& limits() const { return limits_; }

 private:
  friend class S3Writer;
  std::string name_of(const BlobKey& key) const { return address_.prefix + key.text(); }
  Result<net::Response> send(const Asked& asked);
  Result<net::Response> send_once(const Asked& asked);
  /// Whether the blob there was put by the `put_if_absent` that drew `writer`.
  Result<bool> was_put_by(const BlobKey& key, const std::string& writer);
  std::unexpected<Error> unexpected_answer(const net::Response& response) const;
  Result<S3Listing> list_once(const std::string& prefix, const std::string& after, std::size_t limit);

  const S3Address address_;
  const S3Credentials credentials_;
  const BlobLimits limits_;
  net::HttpClient client_;
};

/// Statuses with which a server says that it did nothing and may be asked again.
bool is_overloaded(unsigned status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

bool is_lost(const Error& error) {
  return error.is(kNetClosed) || error.is(kNetUnreachable);
}

std::unexpected<Error> in_store_terms(const Error& error, const std::string& where) {
  const ErrorCode& code = error.is(kNetTimeout)    ? kStoreTimeout
                          : error.is(kNetTooLarge) ? kFileTooLarge
                          : error.is(kNetProtocol) ? kStoreDamaged
                                                   : kStoreUnreachable;
  return fail(code, where + ": " + error.message(), std::string(error.hint()));
}

/// What a write that had to be the first ends with: a server or a gateway that gave up may have done it all
/// the same.
std::unexpected<Error> in_doubt(const Error& error) {
  if (!error.is(kStoreUnreachable) && !error.is(kStoreTimeout)) return std::unexpected(error);
  return fail(kStoreInDoubt, error.message());
}

Result<net::Response> S3Blobs::send_once(const Asked& asked) {
  const std::string target = "/" + address_.bucket +
                             (asked.key.empty() ? "" : "/" + percent_encode(asked.key, "/")) +
                             (asked.query.empty() ? "" : "?" + asked.query);
  net::Request request{.method = asked.method, .url = TRY(Url::at(address_.endpoint, target))};
  request.headers = asked.headers;
  request.body = asked.body;
  sign_s3_request(request, credentials_, address_.region,
                  std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  const net::FetchLimits limits{.body_bytes = asked.answer_bytes,
                                .connect = limits_.connect,
                                .low_speed_time = std::chrono::ceil<std::chrono::seconds>(limits_.request),
                                .low_speed = 1024};
  return client_.fetch(request, limits);
}

/// Asks again where the server is overloaded or the connection was lost, which every request here allows.
Result<net::Response> S3Blobs::send(const Asked& asked) {
  for (unsigned attempt = 1;; ++attempt) {
    auto response = send_once(asked);
    const bool again = response ? is_overloaded(response->head.status) : is_lost(response.error());
    if (!again || attempt >= limits_.attempts) {
      if (!response) return in_store_terms(response.error(), describe());
      return response;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds((50U << attempt) + random_bytes(1)[0] % 50U));
  }
}

std::unexpected<Error> S3Blobs::unexpected_answer(const net::Response& response) const {
  const unsigned status = response.head.status;
  const std::string code = s3_error_code(response.body);
  const std::string words = describe() + ": the server answered " + std::to_string(status) + " " +
                            (code.empty() ? std::string(net::standard_reason(status)) : code);
  if (code == "NoSuchBucket") return fail(kStoreAddress, words, "make the bucket first, or correct its name");
  if (net::is_redirect(status)) {
    const auto region = response.head.headers.find("x-amz-bucket-region");
    return fail(kStoreAddress, words,
                "the bucket is in another region" + (region ? ": " + printable(*region, 40) : std::string()));
  }
  if (status == 401 || status == 403) return fail(kStoreDenied, words);
  if (is_overloaded(status)) return fail(kStoreUnreachable, words);
  if (status == 507 || code.contains("StorageFull")) return fail(kFileWrite, words);
  return fail(kStoreDamaged, words);
}

Result<void> S3Blobs::put(const BlobKey& key, BytesView content) {
  const auto response = TRY(send({.method = "PUT", .key = name_of(key), .body = to_bytes(content)}));
  if (response.head.status != 200) return unexpected_answer(response);
  return {};
}

Result<bool> S3Blobs::was_put_by(const BlobKey& key, const std::string& writer) {
  const auto response = TRY(send({.method = "HEAD", .key = name_of(key)}));
  if (response.head.status == 404) return false;
  if (response.head.status != 200) return unexpected_answer(response);
  return response.head.headers.find(kWriterHeader) == writer;
}

// An answer can get lost, and libcurl repeats what it sent over a connection that the server had closed. So a
// "there already" may be about our own first try: the writer's mark, drawn anew each time, tells.
Result<bool> S3Blobs::put_if_absent(const BlobKey& key, BytesView content) {
  const std::string writer = encode_hex(random_bytes(16));
  Asked asked{.method = "PUT", .key = name_of(key), .body = to_bytes(content)};
  asked.headers.add("If-None-Match", "*");
  asked.headers.add(std::string(kWriterHeader), writer);
  for (unsigned attempt = 1;; ++attempt) {
    const auto response = send(asked);
    if (!response) return in_doubt(response.error());
    const unsigned status = response->head.status;
    if (status == 200) return true;
    if (status == 412) {
      auto ours = was_put_by(key, writer);
      if (!ours) return in_doubt(ours.error());
      return ours;
    }
    // 409: another is writing it at this moment.
    if (status != 409 || attempt >= limits_.attempts) return in_doubt(unexpected_answer(*response).error());
    std::this_thread::sleep_for(std::chrono::milliseconds(20U << attempt));
  }
}

Result<std::optional<Bytes>> S3Blobs::get(const BlobKey& key, std::uint64_t limit) {
  // An error has a body as well, which may be larger than the blob.
  auto response = send({.key = name_of(key), .answer_bytes = std::max<std::uint64_t>(limit, 64 * 1024)});
  if (response && response->head.status == 404 && s3_error_code(response->body) != "NoSuchBucket") {
    return std::nullopt;
  }
  const bool too_large = response ? response->head.status == 200 && response->body.size() > limit
                                  : response.error().is(kFileTooLarge);
  if (too_large) {
    return fail(kFileTooLarge,
                describe() + ": " + key.text() + " is larger than " + std::to_string(limit) + " bytes");
  }
  if (!response) return std::unexpected(std::move(response).error());
  if (response->head.status != 200) return unexpected_answer(*response);
  return std::move(response->body);
}

Result<std::optional<Bytes>> S3Blobs::get_range(const BlobKey& key, std::uint64_t offset,
                                                std::uint64_t length) {
  Asked asked{.key = name_of(key), .answer_bytes = std::max<std::uint64_t>(length, kAnswerBytes)};
  asked.headers.add("Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1));
  auto response = TRY(send(asked));
  const unsigned status = response.head.status;
  if (status == 404 && s3_error_code(response.body) != "NoSuchBucket") return std::nullopt;
  if (status == 416) return Bytes();
  if (status != 206) return unexpected_answer(response);
  const auto range = response.head.headers.find("content-range");
  if (!range || !range->starts_with("bytes " + std::to_string(offset) + "-") ||
      response.body.size() > length) {
    return fail(kStoreDamaged, describe() + ": the server answered with another range of " + key.text());
  }
  return std::move(response.body);
}

Result<std::optional<BlobStat>> S3Blobs::stat(const BlobKey& key) {
  const auto response = TRY(send({.method = "HEAD", .key = name_of(key)}));
  if (response.head.status == 404) return std::nullopt;
  if (response.head.status != 200) return unexpected_answer(response);
  const auto size = response.head.content_length();
  const auto modified = net::parse_http_date(response.head.headers.find("last-modified").value_or(""));
  if (!size || !modified) return fail(kStoreDamaged, describe() + ": the server tells no size or no time");
  return BlobStat{*size, *modified};
}

Result<void> S3Blobs::remove(const BlobKey& key) {
  const auto response = TRY(send({.method = "DELETE", .key = name_of(key)}));
  const unsigned status = response.head.status;
  if (status == 204 || status == 200) return {};
  if (status == 404 && s3_error_code(response.body) != "NoSuchBucket") return {};
  return unexpected_answer(response);
}

Result<S3Listing> S3Blobs::list_once(const std::string& prefix, const std::string& after, std::size_t limit) {
  std::string query = "list-type=2&max-keys=" + std::to_string(limit);
  if (!prefix.empty()) query += "&prefix=" + percent_encode(prefix);
  if (!after.empty()) query += "&start-after=" + percent_encode(after);
  const auto response = TRY(send({.query = query}));
  if (response.head.status != 200) return unexpected_answer(response);
  return in(describe(), parse_s3_listing(response.body));
}

Result<BlobPage> S3Blobs::list(std::string_view folder, std::string_view after, std::size_t limit) {
  const std::string prefix = address_.prefix + TRY(listed_prefix(folder, limit));
  std::string behind = after.empty() ? "" : address_.prefix + std::string(after);
  BlobPage page;
  for (;;) {
    S3Listing listing = TRY(list_once(prefix, behind, limit - page.entries.size()));
    for (S3Object& object : listing.objects) {
      if (!object.key.starts_with(prefix) || object.key <= behind) {
        return fail(kStoreDamaged, describe() + ": the server answered with another list than was asked for");
      }
      behind = object.key;
      auto key = BlobKey::parse(std::string_view(object.key).substr(address_.prefix.size()));
      // What others put beside ours under names that cannot be ours is passed over.
      if (key) page.entries.push_back({*std::move(key), object.stat});
    }
    page.more = listing.truncated;
    if (!page.more || page.entries.size() >= limit) return page;
    if (listing.objects.empty())
      return fail(kStoreDamaged, describe() + ": the server's list does not go on");
  }
}

/// Keeps what is put in memory until it is sent, several at a time.
class S3Batch final : public BlobBatch {
 public:
  explicit S3Batch(S3Blobs& store) : store_(store) {}
  Result<void> put(const BlobKey& key, BytesView content) override {
    blobs_.insert_or_assign(key, to_bytes(content));
    return {};
  }
  Result<void> commit() override;

 private:
  /// Until none is left or one failed.
  void send_all();

  S3Blobs& store_;
  std::mutex mutex_;
  std::map<BlobKey, Bytes> blobs_;  // guarded by mutex_ during `commit`, as the following
  std::map<BlobKey, Bytes> failed_;
  std::optional<Error> error_;
};

void S3Batch::send_all() {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (blobs_.empty() || error_) return;
    auto blob = blobs_.extract(blobs_.begin());
    lock.unlock();
    auto sent = store_.put(blob.key(), blob.mapped());
    if (sent) continue;
    lock.lock();
    error_ = std::move(sent).error();
    failed_.insert(std::move(blob));
  }
}

Result<void> S3Batch::commit() {
  {
    std::vector<std::jthread> senders(
        std::min(blobs_.size(), std::max<std::size_t>(store_.limits().uploads, 1)));
    for (std::jthread& sender : senders) sender = std::jthread([this] { send_all(); });
  }
  blobs_.merge(failed_);
  if (!error_) return {};
  return std::unexpected(*std::exchange(error_, std::nullopt));
}

std::unique_ptr<BlobBatch> S3Blobs::batch() {
  return std::make_unique<S3Batch>(*this);
}

/// A blob of one part is put in one request; others by a multipart upload:
///
///     POST key?uploads= / PUT key?partNumber=N&uploadId=ID … / POST key?uploadId=ID, or DELETE
///     key?uploadId=ID
///
/// A process that is killed leaves an upload that nobody sees and that a rule of the bucket removes.
class S3Writer final : public BlobWriter {
 public:
  S3Writer(S3Blobs& store, BlobKey key, std::uint64_t size)
      : store_(store), key_(std::move(key)), size_(size), part_bytes_(part_bytes(store.limits_.part, size)) {}
  ~S3Writer() override;
  Result<void> append(BytesView bytes) override;
  Result<void> commit() override;

 private:
  static std::size_t part_bytes(std::uint64_t least, std::uint64_t size) {
    return static_cast<std::size_t>(std::max(least, (size + kMostParts - 1) / kMostParts));
  }
  Asked request(std::string method, std::string query, Bytes body = {}) const {
    return {.method = std::move(method),
            .key = store_.name_of(key_),
            .query = std::move(query),
            .body = std::move(body)};
  }
  std::string upload_query() const { return "uploadId=" + percent_encode(upload_); }
  Result<void> begin();
  Result<void> send_part();
  Result<void> complete();

  S3Blobs& store_;
  const BlobKey key_;
  ExpectedSize size_;
  const std::size_t part_bytes_;
  Bytes part_;
  std::string upload_;  ///< empty: not begun, or at its end
  const std::string mark_ = encode_hex(random_bytes(16));
  std::vector<std::string> tags_;
};

S3Writer::~S3Writer() {
  if (upload_.empty()) return;
  [[maybe_unused]] const auto dropped = store_.send_once(request("DELETE", upload_query()));
}

Result<void> S3Writer::append(BytesView bytes) {
  TRY(size_.take(bytes.size(), key_.text()));
  while (!bytes.empty()) {
    if (part_.size() == part_bytes_) TRY(send_part());
    if (part_.empty()) part_.reserve(std::min<std::uint64_t>(part_bytes_, bytes.size() + size_.left()));
    const std::size_t taken = std::min(bytes.size(), part_bytes_ - part_.size());
    part_.insert(part_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    bytes = bytes.subspan(taken);
  }
  return {};
}

Result<void> S3Writer::begin() {
  Asked asked = request("POST", "uploads=");
  asked.headers.add(std::string(kWriterHeader), mark_);
  const auto response = TRY(store_.send(asked));
  if (response.head.status != 200) return store_.unexpected_answer(response);
  upload_ = s3_element(response.body, "/InitiateMultipartUploadResult/UploadId");
  if (!upload_.empty()) return {};
  return fail(kStoreDamaged, store_.describe() + ": the server began an upload and gave it no name");
}

Result<void> S3Writer::send_part() {
  if (upload_.empty()) TRY(begin());
  const std::string query = "partNumber=" + std::to_string(tags_.size() + 1) + "&" + upload_query();
  const Asked asked = request("PUT", query, std::exchange(part_, {}));
  const auto response = TRY(store_.send(asked));
  if (response.head.status != 200) return store_.unexpected_answer(response);
  const std::string tag(response.head.headers.find("etag").value_or(""));
  if (tag.empty() || tag.find_first_of("<>&") != std::string::npos) {
    return fail(kStoreDamaged, store_.describe() + ": the server took a part and gave it no tag");
  }
  tags_.push_back(tag);
  return {};
}

// Its answer can be 200 and an error all the same (the head is sent before the work is done), and a second
// try after a lost answer says that there is no such upload any more.
Result<void> S3Writer::complete() {
  std::string xml = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    xml += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" + tags_[i] + "</ETag></Part>";
  }
  xml += "</CompleteMultipartUpload>";
  const auto response = TRY(store_.send(request("POST", upload_query(), to_bytes(bytes_of(xml)))));
  const bool done = response.head.status == 200 && s3_error_code(response.body).empty();
  if (done || (response.head.status == 404 && TRY(store_.was_put_by(key_, mark_)))) {
    upload_.clear();
    return {};
  }
  return store_.unexpected_answer(response);
}

Result<void> S3Writer::commit() {
  TRY(size_.expect_all(key_.text()));
  if (tags_.empty()) return store_.put(key_, part_);
  TRY(send_part());
  return complete();
}

Result<std::unique_ptr<BlobWriter>> S3Blobs::writer(const BlobKey& key, std::uint64_t size) {
  if (size > kLargestObject) {
    return fail(kFileTooLarge, describe() + ": " + key.text() + " would have " + std::to_string(size) +
                                   " bytes, more than the 5 TiB that S3 takes");
  }
  return std::make_unique<S3Writer>(*this, key, size);
}

}  // namespace

Result<std::unique_ptr<BlobStore>> open_s3_blobs(std::string_view text, const BlobLimits& limits) {
  const std::string region = environment("AWS_REGION");
  S3Address address = TRY(S3Address::parse(text, region.empty() ? "us-east-1" : region));
  S3Credentials credentials{environment("AWS_ACCESS_KEY_ID"), Secret(environment("AWS_SECRET_ACCESS_KEY")),
                            Secret(environment("AWS_SESSION_TOKEN"))};
  if (credentials.access_key.empty() || credentials.secret_key.reveal().empty()) {
    return fail(kStoreDenied, address.describe() + ": there are no credentials for it in the environment");
  }
  net::TrustSettings trust;
  for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const std::string path = environment(name);
    if (!path.empty() && trust.named.empty()) trust.named.push_back({path, name});
  }
  auto store =
      std::make_unique<S3Blobs>(std::move(address), std::move(credentials), std::move(trust), limits);
  TRY(store->list("", "", 1));  // tells now what is wrong with the address or the credentials
  return store;
}

}  // namespace tomme::store
