CREATE TABLE "refused_logins" (
	"pbx_id" uuid NOT NULL,
	"account" text NOT NULL,
	"refused_at" timestamp with time zone[] NOT NULL,
	CONSTRAINT "refused_logins_pbx_id_account_pk" PRIMARY KEY("pbx_id","account")
);
--> statement-breakpoint
ALTER TABLE "refused_logins" ADD CONSTRAINT "refused_logins_pbx_id_pbxs_id_fk" FOREIGN KEY ("pbx_id") REFERENCES "public"."pbxs"("id") ON DELETE cascade ON UPDATE no action;