#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/store/blob_store.h"
#include "io/store/errors.h"
#include "io/system/errors.h"

/// The twin of the stores of files for tests: the same contract, in memory.
namespace tomme::store::testing {

class MemoryBlobs final : public BlobStore {
 public:
  struct Blob {
    Bytes content;
    Time modified;
  };
  /// What several stores share, as processes share a folder.
  struct State {
    std::mutex mutex;
    std::map<std::string, Blob> blobs;  // guarded by mutex; in the order of bytes
  };

  explicit MemoryBlobs(std::shared_ptr<State> state = std::make_shared<State>()) : state_(std::move(state)) {}

  Result<void> put(const BlobKey& key, BytesView content) override {
    const std::lock_guard lock(state_->mutex);
    set(key, content);
    return {};
  }
  Result<bool> put_if_absent(const BlobKey& key, BytesView content) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->blobs.contains(key.text())) return false;
    set(key, content);
    return true;
  }
  Result<std::optional<Bytes>> get(const BlobKey& key, std::uint64_t limit) override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->blobs.find(key.text());
    if (found == state_->blobs.end()) return std::optional<Bytes>();
    if (found->second.content.size() > limit) return fail(kFileTooLarge, key.text() + " is too large");
    return found->second.content;
  }
  Result<std::optional<Bytes>> get_range(const BlobKey& key, std::uint64_t offset,
                                         std::uint64_t length) override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->blobs.find(key.text());
    if (found == state_->blobs.end()) return std::optional<Bytes>();
    const BytesView all(found->second.content);
    const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, all.size()));
    return to_bytes(
        all.subspan(from, static_cast<std::size_t>(std::min<std::uint64_t>(length, all.size() - from))));
  }
  Result<std::optional<BlobStat>> stat(const BlobKey& key) override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->blobs.find(key.text());
    if (found == state_->blobs.end()) return std::optional<BlobStat>();
    return BlobStat{found->second.content.size(), found->second.modified};
  }
  Result<void> remove(const BlobKey& key) override {
    const std::lock_guard lock(state_->mutex);
    state_->blobs.erase(key.text());
    return {};
  }
  Result<BlobPage> list(std::string_view folder, std::string_view after, std::size_t limit) override {
    if (limit == 0 || limit > 1000 || (!folder.empty() && !BlobKey::parse(folder)))
      return fail(kStoreKey, "a listing of that cannot be asked for");
    const std::string below = folder.empty() ? "" : std::string(folder) + "/";
    const std::lock_guard lock(state_->mutex);
    BlobPage page;
    for (auto at = state_->blobs.upper_bound(std::max(below, std::string(after))); at != state_->blobs.end();
         ++at) {
      if (!at->first.starts_with(below)) break;
      page.more = page.entries.size() == limit;
      if (page.more) break;
      page.entries.push_back({*BlobKey::parse(at->first), {at->second.content.size(), at->second.modified}});
    }
    return page;
  }
  std::unique_ptr<BlobBatch> batch() override { return std::make_unique<Batch>(*this); }
  Result<std::unique_ptr<BlobWriter>> writer(const BlobKey& key, std::uint64_t size) override {
    return std::make_unique<Writer>(*this, key, size);
  }
  std::string describe() const override { return "memory"; }

 private:
  class Batch final : public BlobBatch {
   public:
    explicit Batch(MemoryBlobs& store) : store_(store) {}
    Result<void> put(const BlobKey& key, BytesView content) override {
      waiting_.insert_or_assign(key.text(), to_bytes(content));
      return {};
    }
    Result<void> commit() override {
      for (const auto& [key, content] : std::exchange(waiting_, {}))
        if (auto done = store_.put(*BlobKey::parse(key), content); !done) return done;
      return {};
    }

   private:
    MemoryBlobs& store_;
    std::map<std::string, Bytes> waiting_;
  };
  class Writer final : public BlobWriter {
   public:
    Writer(MemoryBlobs& store, BlobKey key, std::uint64_t size)
        : store_(store), key_(std::move(key)), size_(size) {}
    Result<void> append(BytesView bytes) override {
      if (content_.size() + bytes.size() > size_)
        return fail(kFileTooLarge, "more bytes than were announced");
      tomme::append(content_, bytes);
      return {};
    }
    Result<void> commit() override {
      if (content_.size() != size_) return fail(kFileRead, "fewer bytes than were announced");
      return store_.put(key_, content_);
    }

   private:
    MemoryBlobs& store_;
    BlobKey key_;
    std::uint64_t size_;
    Bytes content_;
  };

  /// The lock is held.
  void set(const BlobKey& key, BytesView content) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    state_->blobs.insert_or_assign(key.text(), Blob{to_bytes(content), now});
  }
  std::shared_ptr<State> state_;
};

/// Another store that goes wrong on demand: counts the calls that write, and lets one of them fail.
class FaultyBlobs final : public BlobStore {
 public:
  enum class Fault : std::uint8_t {
    refused,      ///< nothing was written: no space left
    lost_answer,  ///< all was written, and the caller gets an error
    half,         ///< of a batch the first half was written, of one blob nothing
  };

  explicit FaultyBlobs(BlobStore& store) : store_(store) {}
  /// The call that writes after so many others (0: the next one).
  void fail_after(std::size_t calls, Fault fault) { countdown_ = calls, fault_ = fault; }
  void heal() { countdown_.reset(); }
  /// A blob of somebody else's: it is there, and cannot be read or removed.
  void take_away(const BlobKey& key, bool is_readable = false) {
    foreign_.insert(key.text());
    is_unreadable_ = !is_readable;
  }
  /// Whether the fault has happened.
  bool has_failed() const { return has_failed_; }

  Result<void> put(const BlobKey& key, BytesView content) override {
    if (!is_due()) return store_.put(key, content);
    if (fault_ == Fault::lost_answer) TRY(store_.put(key, content));
    return broken();
  }
  Result<bool> put_if_absent(const BlobKey& key, BytesView content) override {
    if (!is_due()) return store_.put_if_absent(key, content);
    if (fault_ != Fault::lost_answer) return broken();
    TRY(store_.put_if_absent(key, content));
    return fail(kStoreInDoubt, "the answer was lost");
  }
  Result<std::optional<Bytes>> get(const BlobKey& key, std::uint64_t limit) override {
    if (is_unreadable_ && foreign_.contains(key.text())) return fail(kFileRead, "Permission denied");
    return store_.get(key, limit);
  }
  Result<std::optional<Bytes>> get_range(const BlobKey& key, std::uint64_t offset,
                                         std::uint64_t length) override {
    return store_.get_range(key, offset, length);
  }
  Result<std::optional<BlobStat>> stat(const BlobKey& key) override { return store_.stat(key); }
  Result<void> remove(const BlobKey& key) override {
    if (foreign_.contains(key.text())) return fail(kFileWrite, "Operation not permitted");
    if (!is_due()) return store_.remove(key);
    if (fault_ == Fault::lost_answer) TRY(store_.remove(key));
    return broken();
  }
  Result<BlobPage> list(std::string_view folder, std::string_view after, std::size_t limit) override {
    return store_.list(folder, after, limit);
  }
  std::unique_ptr<BlobBatch> batch() override { return std::make_unique<Batch>(*this); }
  Result<std::unique_ptr<BlobWriter>> writer(const BlobKey& key, std::uint64_t size) override {
    if (is_due()) return broken();
    return store_.writer(key, size);
  }
  std::string describe() const override { return store_.describe(); }

 private:
  class Batch final : public BlobBatch {
   public:
    explicit Batch(FaultyBlobs& store) : store_(store) {}
    Result<void> put(const BlobKey& key, BytesView content) override {
      waiting_.emplace_back(key, to_bytes(content));
      return {};
    }
    Result<void> commit() override {
      const bool due = store_.is_due();
      std::size_t count = waiting_.size();
      if (due && store_.fault_ == Fault::refused) count = 0;
      if (due && store_.fault_ == Fault::half) count /= 2;
      const std::unique_ptr<BlobBatch> batch = store_.store_.batch();
      for (std::size_t i = 0; i < count; ++i) TRY(batch->put(waiting_[i].first, waiting_[i].second));
      TRY(batch->commit());
      if (due) return store_.broken();
      waiting_.clear();
      return {};
    }

   private:
    FaultyBlobs& store_;
    std::vector<std::pair<BlobKey, Bytes>> waiting_;
  };

  bool is_due() {
    if (!countdown_) return false;
    if (*countdown_ > 0) return --*countdown_, false;
    countdown_.reset();
    return has_failed_ = true;
  }
  static std::unexpected<Error> broken() { return fail(kFileWrite, "No space left on device"); }

  BlobStore& store_;
  std::set<std::string> foreign_;
  bool is_unreadable_ = true;
  std::optional<std::size_t> countdown_;
  Fault fault_ = Fault::refused;
  bool has_failed_ = false;
};

}  // namespace tomme::store::testing
