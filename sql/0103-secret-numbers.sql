-- 0103-secret-numbers.sql - numbers of people and banks as sealed fields.

do $$ begin
	perform konak.grant_default('students.tc_no', 'school',
	    'TC kimlik numarasını gör', 'See national ids',
	    '{"owner": "all", "admin": "all", "class_teacher": "class", "parent": "child"}',
	    '{all,class,child}');
	perform konak.grant_default('students.tc_no_edit', 'school',
	    'TC kimlik numarasını düzenle', 'Edit national ids',
	    '["owner","admin"]');
end $$;

alter table konak.students add tc_no uuid;
alter table konak.bank_accounts add iban uuid;
alter table konak.bank_cards add card_number uuid;

select konak.protect('konak.students', '{"record": "students", "module": "school", "audit": "STUDENT", "title": "name", "view": {"students.view": ["all", "taught", "class", "child", "self"]}, "create": {"students.create": "all"}, "edit": {"students.edit": ["all", "class"]}, "delete": {"students.delete": "all"}, "scopes": {"taught": "class_id = any ((select konak.my_taught())::uuid[])", "class": "class_id = any ((select konak.my_class())::uuid[])", "child": "parent_id = (select konak.me())", "self": "user_id = (select konak.me())"}, "see": {"medical_conditions": "students.medical", "tc_no": "students.tc_no"}, "write": {"medical_conditions": "students.medical_edit", "tc_no": "students.tc_no_edit"}, "once": ["user_id"], "readonly": ["name"], "internal": ["search"], "quiet": ["name"]}'::jsonb);
select konak.protect_secrets('konak.students', '{"record": "students", "scopes": {"taught": "class_id = any ((select konak.my_taught())::uuid[])", "class": "class_id = any ((select konak.my_class())::uuid[])", "child": "parent_id = (select konak.me())", "self": "user_id = (select konak.me())"}, "secrets": {"tc_no": {"reveal": {"students.tc_no": ["all", "class", "child"]}, "unique": true}}}'::jsonb);
select konak.protect('konak.bank_accounts', '{"record": "bank_accounts", "module": "finance", "audit": "BANK_ACCOUNT", "title": "account_name", "view": {"finance.view": "all"}, "create": {"finance.manage_income": "all"}, "edit": {"finance.manage_income": "all"}, "delete": {"finance.manage_income": "all"}, "once": ["currency", "current_balance"], "internal": ["search"]}'::jsonb);
select konak.protect_secrets('konak.bank_accounts', '{"record": "bank_accounts", "secrets": {"iban": {"reveal": {"finance.manage_income": "all", "finance.manage_invoice": "all"}, "unique": true}}}'::jsonb);
select konak.protect('konak.bank_cards', '{"record": "bank_cards", "module": "finance", "audit": "BANK_CARD", "title": "card_name", "view": {"finance.view": "all"}, "create": {"finance.manage_expense": "all"}, "edit": {"finance.manage_expense": "all"}, "delete": {"finance.manage_expense": "all"}, "internal": ["search"]}'::jsonb);
select konak.protect_secrets('konak.bank_cards', '{"record": "bank_cards", "secrets": {"card_number": {"reveal": {"finance.manage_expense": "all"}, "unique": true}}}'::jsonb);
