ALTER TABLE "obligations" ADD COLUMN "escalates_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "obligations" ADD COLUMN "escalated_to" text;--> statement-breakpoint
ALTER TABLE "obligations" ADD COLUMN "escalated_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "obligations_escalates" ON "obligations" USING btree ("escalates_at","id") WHERE "obligations"."settled_at" is null and "obligations"."escalates_at" is not null;--> statement-breakpoint
CREATE INDEX "obligations_open_escalated" ON "obligations" USING btree ("due_at","id") WHERE "obligations"."settled_at" is null and "obligations"."escalated_at" is not null;--> statement-breakpoint
UPDATE "settings" SET "value" = '{"escalateToTeamMinutes": 15, "escalateToSupervisorMinutes": 30, "claimMinutes": 15}'::jsonb || "value";
--> statement-breakpoint
-- What nobody has settled yet goes its way too, by the standard minutes, when its time is still to come: everything that
-- is older would go to the supervisors within minutes of the upgrade, and hide what was missed today.
UPDATE "obligations" o SET "escalates_at" = d.at
FROM (SELECT "id", due_at("opened_at", 15, (SELECT "value" FROM "settings" WHERE "id" = 1)) AS at FROM "obligations" WHERE "settled_at" IS NULL AND "kind" = 'missed') d
WHERE o."id" = d."id" AND d.at > now();
--> statement-breakpoint
-- Working seconds between two moments, by the same clock as due_at; 0 when `until` is not after `since`.
CREATE FUNCTION working_seconds(since timestamptz, until timestamptz, company jsonb) RETURNS double precision LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  zone text := coalesce(company ->> 'timeZone', 'UTC');
  hours jsonb := company -> 'workingHours';
  sum double precision := 0;
  opens timestamptz;
  closes timestamptz;
  day date := (since AT TIME ZONE zone)::date;
  last date := (until AT TIME ZONE zone)::date;
  today jsonb;
BEGIN
  WHILE day <= last LOOP
    today := hours -> (extract(isodow FROM day)::integer - 1);
    IF jsonb_typeof(today) = 'object' AND (today ->> 'to')::integer > (today ->> 'from')::integer THEN
      opens := greatest(since, (day + make_interval(mins => (today ->> 'from')::integer)) AT TIME ZONE zone);
      closes := least(until, (day + make_interval(mins => (today ->> 'to')::integer)) AT TIME ZONE zone);
      IF closes > opens THEN
        sum := sum + extract(epoch FROM closes - opens);
      END IF;
    END IF;
    day := day + 1;
  END LOOP;
  -- Nothing was open: is it ever? A company that never opens has calendar minutes.
  IF sum = 0 AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(CASE WHEN jsonb_typeof(hours) = 'array' THEN hours ELSE '[]' END) d
      WHERE jsonb_typeof(d) = 'object' AND (d ->> 'to')::integer > (d ->> 'from')::integer
  ) THEN
    RETURN greatest(0, extract(epoch FROM until - since));
  END IF;
  RETURN sum;
END $$;
