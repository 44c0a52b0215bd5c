#include "CFloor.h"
#include "support.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { tables = 3, fields = 11, stamp_bytes = 10, id_bytes = 16, digest_bytes = 32, signature_bytes = 64 };

static const char *const table_names[tables] = {"case_file", "inspection", "check_result"};

// Columns after the id; `#` leads an integer's name.
static const char *const columns[tables][fields] = {
    {"case_no", "title", "party_name", "party_addr", "case_type", "status", "filed_on", "#amount_fen", "officer_id",
     "office_id", "summary"},
    {"case_id", "site_name", "site_addr", "inspected_on", "inspector_id", "co_inspector_id", "result", "#score",
     "findings", "rectify_due", "remark"},
    {"inspection_id", "item_code", "item_text", "conclusion", "#severity", "#measured", "unit", "evidence_sha",
     "checked_at", "note", "#photo_count"},
};

typedef struct {
  floor_database base;
  sqlite3_stmt *insert[tables], *stamps[tables], *update[tables][fields], *log;
  EVP_MD_CTX *digest;
  EVP_PKEY *key;
  const EVP_MD *sha256;
  uint8_t head[digest_bytes];
} floor_run;

static int is_integer(int table, int field) { return columns[table][field][0] == '#'; }
static const char *column_name(int table, int field) { return columns[table][field] + is_integer(table, field); }

static int make_tables(floor_run *run) {
  char sql[2048];
  for (int table = 0; table < tables; table++) {
    int length = snprintf(sql, sizeof sql, "CREATE TABLE %s (id BLOB PRIMARY KEY, stamps BLOB NOT NULL",
                          table_names[table]);
    for (int field = 0; field < fields; field++)
      length += snprintf(sql + length, sizeof sql - (size_t)length, ", %s %s", column_name(table, field),
                         is_integer(table, field) ? "INTEGER" : "TEXT");
    snprintf(sql + length, sizeof sql - (size_t)length, ")");
    if (floor_execute(&run->base, sql)) return -1;
    snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", table_names[table]);
    if (floor_prepare(&run->base, sql, &run->insert[table])) return -1;
    snprintf(sql, sizeof sql, "SELECT stamps FROM %s WHERE id = ?", table_names[table]);
    if (floor_prepare(&run->base, sql, &run->stamps[table])) return -1;
    for (int field = 0; field < fields; field++) {
      snprintf(sql, sizeof sql, "UPDATE %s SET %s = ?1, stamps = ?2 WHERE id = ?3", table_names[table],
               column_name(table, field));
      if (floor_prepare(&run->base, sql, &run->update[table][field])) return -1;
    }
  }
  if (floor_execute(&run->base, "CREATE TABLE log (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")) return -1;
  return floor_prepare(&run->base, "INSERT INTO log VALUES (?, ?)", &run->log);
}

// The workload's ids are 26 digits of Crockford's base 32 for 128 bits.
static void read_id(const char *text, uint8_t id[id_bytes]) {
  unsigned __int128 value = 0;
  for (int index = 0; index < 26; index++) {
    char letter = text[index];
    int digit = letter <= '9' ? letter - '0' : letter - 'A' + 10;
    // I, L, O and U are left out of the digits.
    if (letter > 'U') digit -= 4;
    else if (letter > 'O') digit -= 3;
    else if (letter > 'L') digit -= 2;
    else if (letter > 'I') digit -= 1;
    value = value << 5 | (unsigned)digit;
  }
  for (int index = id_bytes - 1; index >= 0; index--, value >>= 8) id[index] = (uint8_t)value;
}

static int table_of(const char *name) { return name[0] == 'i' ? 1 : name[1] == 'a' ? 0 : 2; }

static void bind_field(sqlite3_stmt *statement, int position, int integer, const char *text) {
  if (integer) sqlite3_bind_int64(statement, position, atoll(text));
  else sqlite3_bind_text(statement, position, text, -1, SQLITE_STATIC);
}

static int apply_insert(floor_run *run, int table, char **parts, uint64_t stamp) {
  uint8_t id[id_bytes], stamps[fields * stamp_bytes];
  read_id(parts[0], id);
  for (int field = 0; field < fields; field++) {
    memcpy(stamps + field * stamp_bytes, &stamp, 8);
    stamps[field * stamp_bytes + 8] = 1;
    stamps[field * stamp_bytes + 9] = 0;
  }
  // A record that comes twice would have to be merged: so it is looked up first.
  sqlite3_bind_blob(run->stamps[table], 1, id, id_bytes, SQLITE_STATIC);
  if (floor_step(&run->base, run->stamps[table], SQLITE_DONE)) return -1;
  sqlite3_reset(run->stamps[table]);
  sqlite3_stmt *insert = run->insert[table];
  sqlite3_bind_blob(insert, 1, id, id_bytes, SQLITE_STATIC);
  sqlite3_bind_blob(insert, 2, stamps, sizeof stamps, SQLITE_STATIC);
  for (int field = 0; field < fields; field++)
    bind_field(insert, field + 3, is_integer(table, field), parts[field + 1]);
  int code = floor_step(&run->base, insert, SQLITE_DONE);
  sqlite3_reset(insert);
  return code;
}

static int apply_update(floor_run *run, int table, char **parts, uint64_t stamp) {
  uint8_t id[id_bytes], stamps[fields * stamp_bytes];
  read_id(parts[0], id);
  int field = 0;
  while (field < fields && strcmp(column_name(table, field), parts[1])) field++;
  if (field == fields) return floor_fail(&run->base, parts[1]);
  sqlite3_stmt *select = run->stamps[table], *update = run->update[table][field];
  sqlite3_bind_blob(select, 1, id, id_bytes, SQLITE_STATIC);
  if (floor_step(&run->base, select, SQLITE_ROW)) return -1;
  memcpy(stamps, sqlite3_column_blob(select, 0), sizeof stamps);
  sqlite3_reset(select);
  memcpy(stamps + field * stamp_bytes, &stamp, 8);
  bind_field(update, 1, is_integer(table, field), parts[2]);
  sqlite3_bind_blob(update, 2, stamps, sizeof stamps, SQLITE_STATIC);
  sqlite3_bind_blob(update, 3, id, id_bytes, SQLITE_STATIC);
  int code = floor_step(&run->base, update, SQLITE_DONE);
  sqlite3_reset(update);
  return code;
}

static int apply_lines(floor_run *run, char *lines, size_t length, uint64_t stamp, uint64_t *changes) {
  for (char *line = lines, *end = lines + length; line < end;) {
    char *next = memchr(line, '\n', (size_t)(end - line)), *parts[fields + 3];
    if (!next) return floor_fail(&run->base, "a line without an end");
    *next = 0;
    int count = 0;
    for (char *part = line; part && count < fields + 3;) {
      parts[count++] = part;
      if ((part = strchr(part, '\t'))) *part++ = 0;
    }
    int is_insert = *line == 'I';
    if (count != (is_insert ? fields + 3 : 5)) return floor_fail(&run->base, "a line of another shape");
    int table = table_of(parts[1]);
    if (is_insert ? apply_insert(run, table, parts + 2, stamp) : apply_update(run, table, parts + 2, stamp)) return -1;
    *changes += is_insert ? fields + 1 : 1;
    line = next + 1;
  }
  return 0;
}

static int chain(floor_run *run, const uint8_t *entry, size_t length) {
  unsigned size = digest_bytes;
  int done = EVP_DigestInit_ex(run->digest, run->sha256, NULL) && EVP_DigestUpdate(run->digest, run->head, digest_bytes)
             && EVP_DigestUpdate(run->digest, entry, length) && EVP_DigestFinal_ex(run->digest, run->head, &size);
  return done ? 0 : floor_fail(&run->base, "SHA-256");
}

static int verify(floor_run *run, const uint8_t *message, size_t length) {
  if (length == 0) return 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t text = length - signature_bytes;
  int valid = context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, run->key) == 1
              && EVP_DigestVerify(context, message + text, signature_bytes, message, text) == 1;
  EVP_MD_CTX_free(context);
  return valid ? 0 : floor_fail(&run->base, "a signature that is not valid");
}

static uint8_t *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  uint8_t *bytes = size > 0 ? malloc((size_t)size) : NULL;
  if (bytes && fread(bytes, 1, (size_t)size, file) != (size_t)size) {
    free(bytes);
    bytes = NULL;
  }
  fclose(file);
  *length = (size_t)size;
  return bytes;
}

typedef struct {
  uint8_t *bytes;
  size_t length;
} piece;

static int next_piece(uint8_t **position, const uint8_t *end, piece *piece) {
  uint32_t length;
  if ((size_t)(end - *position) < sizeof length) return -1;
  memcpy(&length, *position, sizeof length);
  *position += sizeof length;
  if ((size_t)(end - *position) < length) return -1;
  piece->bytes = *position;
  piece->length = length;
  *position += length;
  return 0;
}

static int apply_all(floor_run *run, uint8_t *position, const uint8_t *end,
                     const docket_floor_settings *settings, docket_floor_result *result) {
  int is_open = 0;
  uint64_t commit_at = 0;
  while (position < end) {
    piece lines, entry, message;
    if (next_piece(&position, end, &lines) || next_piece(&position, end, &entry)
        || next_piece(&position, end, &message))
      return floor_fail(&run->base, "the input is cut off");
    if (!is_open) {
      if (floor_execute(&run->base, "BEGIN IMMEDIATE")) return -1;
      is_open = 1;
      uint64_t count = result->entries / settings->entries_part;
      if (count < settings->entries_min) count = settings->entries_min;
      if (count > settings->entries_max) count = settings->entries_max;
      commit_at = result->entries + count;
    }
    uint64_t seq = ++result->entries;
    if (chain(run, entry.bytes, entry.length) || verify(run, message.bytes, message.length)) return -1;
    sqlite3_bind_int64(run->log, 1, (sqlite3_int64)seq);
    sqlite3_bind_blob(run->log, 2, entry.bytes, (int)entry.length, SQLITE_STATIC);
    if (floor_step(&run->base, run->log, SQLITE_DONE)) return -1;
    sqlite3_reset(run->log);
    if (apply_lines(run, (char *)lines.bytes, lines.length, seq << 16, &result->changes)) return -1;
    if (seq == commit_at) {
      if (floor_execute(&run->base, "COMMIT")) return -1;
      is_open = 0;
    }
  }
  return is_open ? floor_execute(&run->base, "COMMIT") : 0;
}

static void close_run(floor_run *run) {
  for (int table = 0; table < tables; table++) {
    sqlite3_finalize(run->insert[table]);
    sqlite3_finalize(run->stamps[table]);
    for (int field = 0; field < fields; field++) sqlite3_finalize(run->update[table][field]);
  }
  sqlite3_finalize(run->log);
  sqlite3_close(run->base.handle);
  EVP_MD_CTX_free(run->digest);
  EVP_PKEY_free(run->key);
}

int docket_floor_run(const char *input, const char *database, docket_floor_settings settings,
                     docket_floor_result *result, char *error, size_t error_size) {
  floor_run run = {.base = {.error = error, .error_size = error_size}};
  memset(result, 0, sizeof *result);
  size_t length = 0;
  uint8_t *bytes = read_file(input, &length);
  if (!bytes || length < digest_bytes) {
    free(bytes);
    return floor_fail(&run.base, "cannot read the input");
  }
  run.digest = EVP_MD_CTX_new();
  run.sha256 = EVP_sha256();
  run.key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, digest_bytes);
  int code = floor_open(&run.base, database, &settings);
  if (!code) code = make_tables(&run);
  if (!code) {
    double wall = floor_now(CLOCK_MONOTONIC), cpu = floor_now(CLOCK_PROCESS_CPUTIME_ID);
    code = apply_all(&run, bytes + digest_bytes, bytes + length, &settings, result);
    result->wall_seconds = floor_now(CLOCK_MONOTONIC) - wall;
    result->cpu_seconds = floor_now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  }
  close_run(&run);
  free(bytes);
  return code;
}

static int digest_table(floor_run *run, int table) {
  char sql[512];
  int length = snprintf(sql, sizeof sql, "SELECT id");
  for (int field = 0; field < fields; field++)
    length += snprintf(sql + length, sizeof sql - (size_t)length, ", %s", column_name(table, field));
  snprintf(sql + length, sizeof sql - (size_t)length, " FROM %s ORDER BY id", table_names[table]);
  sqlite3_stmt *select;
  if (floor_prepare(&run->base, sql, &select)) return -1;
  int code;
  while ((code = sqlite3_step(select)) == SQLITE_ROW) {
    unsigned size = digest_bytes;
    EVP_DigestInit_ex(run->digest, run->sha256, NULL);
    EVP_DigestUpdate(run->digest, run->head, digest_bytes);
    for (int column = 0; column <= fields; column++) {
      const void *value = sqlite3_column_blob(select, column);
      EVP_DigestUpdate(run->digest, value, (size_t)sqlite3_column_bytes(select, column));
      EVP_DigestUpdate(run->digest, "\x1F", 1);
    }
    EVP_DigestFinal_ex(run->digest, run->head, &size);
  }
  sqlite3_finalize(select);
  return code == SQLITE_DONE ? 0 : floor_fail(&run->base, sql);
}

int docket_floor_digest(const char *database, uint8_t digest[32], char *error, size_t error_size) {
  floor_run run = {.base = {.error = error, .error_size = error_size}};
  run.digest = EVP_MD_CTX_new();
  run.sha256 = EVP_sha256();
  int code = sqlite3_open(database, &run.base.handle) == SQLITE_OK ? 0 : floor_fail(&run.base, database);
  for (int table = 0; !code && table < tables; table++) code = digest_table(&run, table);
  memcpy(digest, run.head, digest_bytes);
  close_run(&run);
  return code;
}
