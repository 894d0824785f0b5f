CREATE TABLE "owed_people" (
	"obligation_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"call_id" uuid NOT NULL,
	"call_started_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "owed_people_obligation_id_user_id_pk" PRIMARY KEY("obligation_id","user_id")
);
--> statement-breakpoint
DROP INDEX "obligations_open_number";--> statement-breakpoint
DROP INDEX "obligations_open_contact";--> statement-breakpoint
ALTER TABLE "obligations" ADD COLUMN "did" text;--> statement-breakpoint
ALTER TABLE "obligations" ADD COLUMN "queue" text;--> statement-breakpoint
ALTER TABLE "owed_people" ADD CONSTRAINT "owed_people_obligation_id_obligations_id_fk" FOREIGN KEY ("obligation_id") REFERENCES "public"."obligations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "owed_people_started" ON "owed_people" USING btree ("user_id","call_started_at","call_id");--> statement-breakpoint
CREATE INDEX "obligations_settled_line" ON "obligations" USING btree ("did","settled_at","id") WHERE "obligations"."settled_at" is not null and "obligations"."kind" = 'missed';--> statement-breakpoint
CREATE INDEX "obligations_settled_queue" ON "obligations" USING btree ("queue","settled_at","id") WHERE "obligations"."settled_at" is not null and "obligations"."kind" = 'missed' and "obligations"."queue" is not null;--> statement-breakpoint
CREATE INDEX "obligations_open_number" ON "obligations" USING btree ("number","kind","due_at","id") WHERE "obligations"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "obligations_open_contact" ON "obligations" USING btree ("contact_id","kind","due_at","id") WHERE "obligations"."settled_at" is null;--> statement-breakpoint
-- As far back as a list of settled ones by line goes, and those that will be settled.
UPDATE "obligations" o SET did = c.did, queue = c.queue FROM "calls" c
WHERE c.id = o.call_id AND c.started_at = o.call_started_at AND o.kind = 'missed'
  AND (o.settled_at IS NULL OR o.settled_at > now() - interval '92 days');
--> statement-breakpoint
INSERT INTO "owed_people" ("obligation_id", "user_id", "call_id", "call_started_at")
SELECT o.id, person.id, o.call_id, o.call_started_at FROM "obligations" o
CROSS JOIN LATERAL (SELECT * FROM "calls" c WHERE c.id = o.call_id AND c.started_at = o.call_started_at LIMIT 1) c
CROSS JOIN LATERAL unnest(c.user_ids) AS person(id)
WHERE o.settled_at IS NULL AND c.ended_at IS NOT NULL;
--> statement-breakpoint
-- Whoever settles it, and however: who took part in it owes nothing any more.
CREATE FUNCTION forget_owed_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM owed_people WHERE obligation_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER obligations_settled AFTER UPDATE OF settled_at ON "obligations" FOR EACH ROW
  WHEN (OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL) EXECUTE FUNCTION forget_owed_people();
