ALTER TABLE "blind_windows" ADD COLUMN "torn" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "observations" ADD COLUMN "journal_mark" text;--> statement-breakpoint
ALTER TABLE "observations" ADD COLUMN "torn_from" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "observations" ADD COLUMN "torn_to" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "observations" ADD COLUMN "torn_mark" text;--> statement-breakpoint
ALTER TABLE "observations" ADD COLUMN "unmatched" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "observations" ADD COLUMN "refused" integer DEFAULT 0 NOT NULL;