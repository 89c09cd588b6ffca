#include "testing/keys.h"

#include <map>
#include <memory>
#include <mutex>

#include "testing/must.h"

namespace tomme::testing {

const PrivateKey& key(KeyType type, unsigned number) {
  static std::mutex mutex;
  static std::map<std::pair<KeyType, unsigned>, std::unique_ptr<const PrivateKey>> keys;
  const std::lock_guard lock(mutex);
  auto& known = keys[{type, number}];
  if (!known) known = std::make_unique<const PrivateKey>(must(PrivateKey::generate(type)));
  return *known;
}

Bytes sign(const PrivateKey& key, BytesView message) {
  return must(key.sign(key.public_key().default_scheme(), message));
}

}  // namespace tomme::testing
