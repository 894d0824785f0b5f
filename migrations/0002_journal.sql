CREATE TABLE "pbx_events" (
	"day" date NOT NULL,
	"pbx_id" uuid NOT NULL,
	"key" text NOT NULL,
	"arrival" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"event" jsonb NOT NULL,
	CONSTRAINT "pbx_events_day_pbx_id_key_pk" PRIMARY KEY("day","pbx_id","key")
) PARTITION BY RANGE ("day");
--> statement-breakpoint
CREATE TABLE "pbx_writers" (
	"pbx_id" uuid PRIMARY KEY NOT NULL,
	"token" bigint NOT NULL,
	"holder" text NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "pbx_writers" ADD CONSTRAINT "pbx_writers_pbx_id_pbxs_id_fk" FOREIGN KEY ("pbx_id") REFERENCES "public"."pbxs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "pbx_events_arrival" ON "pbx_events" USING brin ("arrival");
--> statement-breakpoint
-- Events of days that nobody made; always empty when the server keeps its days ahead.
CREATE TABLE "pbx_events_other" PARTITION OF "pbx_events" DEFAULT;
--> statement-breakpoint
-- Makes the days of the journal from the day before `today` to a week ahead, and drops whole days of which the last
-- moment is more than `kept` days ago. Safe to call twice, and by two servers at once.
CREATE FUNCTION keep_journal(today date, kept integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  part text;
  one date;
BEGIN
  PERFORM pg_advisory_xact_lock(4736905254);
  FOR one IN SELECT generate_series(today - 1, today + 7, interval '1 day')::date LOOP
    part := 'pbx_events_' || to_char(one, 'YYYY_MM_DD');
    CONTINUE WHEN to_regclass(part) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I (LIKE pbx_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    EXECUTE format('WITH moved AS (DELETE FROM pbx_events_other WHERE day = %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
      one, part);
    EXECUTE format('ALTER TABLE pbx_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, one, one + 1);
  END LOOP;
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'pbx_events'::regclass AND c.relname ~ '^pbx_events_\d{4}_\d{2}_\d{2}$'
      AND to_date(right(c.relname, 10), 'YYYY_MM_DD') < today - kept
  LOOP
    EXECUTE format('DROP TABLE %I', part);
  END LOOP;
  DELETE FROM pbx_events_other WHERE day < today - kept;
END $$;
