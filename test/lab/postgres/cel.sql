-- The table that Asterisk's documentation gives for cel_pgsql.
create database asteriskcdrdb;
\connect asteriskcdrdb
create table cel (
  id serial primary key,
  eventtype varchar(30) not null,
  eventtime timestamp not null,
  userdeftype varchar(255) not null,
  cid_name varchar(80) not null,
  cid_num varchar(80) not null,
  cid_ani varchar(80) not null,
  cid_rdnis varchar(80) not null,
  cid_dnid varchar(80) not null,
  exten varchar(80) not null,
  context varchar(80) not null,
  channame varchar(80) not null,
  appname varchar(80) not null,
  appdata varchar(255) not null,
  amaflags int not null,
  accountcode varchar(20) not null,
  peeraccount varchar(20) not null default '',
  uniqueid varchar(150) not null,
  linkedid varchar(150) not null,
  userfield varchar(255) not null default '',
  peer varchar(80) not null,
  extra text not null
);
create role asterisk login password 'lab-asterisk';
grant insert, select on cel to asterisk;
grant usage on sequence cel_id_seq to asterisk;
create role dzvin login password 'lab-dzvin';
grant connect on database asteriskcdrdb to dzvin;
grant select on cel to dzvin;
create role lab superuser login password 'lab-admin';
