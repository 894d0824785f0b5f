CREATE TABLE "audit_chain" (
	"position" bigint PRIMARY KEY NOT NULL,
	"audit_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_chain_audit_id_unique" UNIQUE("audit_id")
);
--> statement-breakpoint
-- What a row says, so that nothing can be moved from one field to the next: each as its length in bytes and its text,
-- `-` for none. server/access/audit-chain.ts writes the same.
CREATE FUNCTION audit_content(entry audit) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(coalesce(octet_length(field)::text || ':' || field, '-'), ',' ORDER BY place)
  FROM unnest(ARRAY[
    entry.id::text, (extract(epoch FROM entry.at) * 1000)::bigint::text, entry.user_id::text, entry.action, entry.subject,
    entry.detail::text, entry.ip_address
  ]) WITH ORDINALITY AS fields (field, place)
$$;
--> statement-breakpoint
-- Called at the commit (a deferred trigger), so that the lock is held while nobody on the network is waited for.
CREATE FUNCTION audit_append(entry audit) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  last audit_chain;
BEGIN
  PERFORM pg_advisory_xact_lock(4736905255);
  SELECT * INTO last FROM audit_chain ORDER BY position DESC LIMIT 1;
  INSERT INTO audit_chain (position, audit_id, hash) VALUES (
    coalesce(last.position, 0) + 1, entry.id,
    sha256(coalesce(last.hash, ''::bytea) || convert_to(audit_content(entry), 'UTF8')));
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_chained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM audit_append(NEW);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
--> statement-breakpoint
DO $$
DECLARE
  entry audit;
BEGIN
  FOR entry IN SELECT * FROM audit ORDER BY id LOOP
    PERFORM audit_append(entry);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_chained AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chained();
--> statement-breakpoint
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
--> statement-breakpoint
CREATE TRIGGER audit_chain_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
